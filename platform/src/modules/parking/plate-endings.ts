/** Longer parts of a plate do not narrow a search down any further. */
const longestPart = 16

/** Four hexadecimal digits for each character: sorts alike in every database and collation, and has no wildcards. */
const encode = (text: string) =>
  Array.from({ length: text.length }, (_, index) => text.charCodeAt(index).toString(16).padStart(4, '0')).join('')

/** Every ending of a plate, in the form that the index has. A part of a plate begins one of its endings. */
export const endingsOf = (plate: string): string[] =>
  Array.from({ length: Math.min(plate.length, longestPart) }, (_, index) => encode(plate.slice(index)))

/** The endings that begin with a part of a plate: from the first on, and before the second. */
export function endingsWith(part: string): readonly [string, string] {
  const start = encode(part.slice(0, longestPart))
  return [start, `${start}g`]
}
