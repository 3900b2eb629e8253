const reference = '&(?:lt|gt|amp|quot|apos|#\\d+|#x[\\da-fA-F]+);'
const name = '[^\\s<>/="\'&!?]+'
const attribute = `\\s+${name}\\s*=\\s*(?:"(?:[^"<&]|${reference})*"|'(?:[^'<&]|${reference})*')`

/** One piece of a document. Each begins where the last one ended, so a hostile text costs no more than its length. */
const token = new RegExp(
  [
    `(?<text>(?:[^<&]|${reference})+)`,
    '<!--[^]*?-->',
    '<!\\[CDATA\\[[^]*?\\]\\]>',
    '<\\?[^]*?\\?>',
    `</(?<end>${name})\\s*>`,
    `<(?<start>${name})(?:${attribute})*\\s*(?<empty>/?)>`,
  ].join('|'),
  'y',
)

type Piece = Readonly<Partial<Record<'text' | 'start' | 'empty' | 'end', string>>>

/** The pieces of a text one after the other; undefined where it stops to be XML. */
function* piecesOf(text: string): Generator<Piece | undefined> {
  let position = 0
  while (position < text.length) {
    token.lastIndex = position
    const match = token.exec(text)
    yield match ? (match.groups ?? {}) : undefined
    position = token.lastIndex
  }
}

interface Progress {
  /** Names of the elements around this place. */
  readonly open: string[]
  roots: number
}

function fits(piece: Piece, progress: Progress): boolean {
  const { open } = progress
  if (piece.text !== undefined) return open.length > 0 || piece.text.trim() === ''
  if (piece.end !== undefined) return open.pop() === piece.end
  if (piece.start === undefined) return true
  if (open.length === 0) progress.roots += 1
  if (piece.empty === '') open.push(piece.start)
  return true
}

/**
 * Whether the text is well-formed XML as far as SOAP 1.2 allows it: one root, tags in pairs, no bare `&` or `<`, only
 * the references that every document has. A document type does not fit, so no text brings entities of its own.
 */
export function isWellFormed(text: string): boolean {
  const progress: Progress = { open: [], roots: 0 }
  for (const piece of piecesOf(text)) if (!piece || !fits(piece, progress)) return false
  return progress.roots === 1 && progress.open.length === 0
}
