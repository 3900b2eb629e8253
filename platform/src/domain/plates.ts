/** Colours that a lane camera can tell apart. */
export type PlateColour = 'blue' | 'yellow' | 'green' | 'white' | 'black' | 'unknown'

const provinces = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼'
const P = `[${provinces}]`
/** Letters of plates: I and O are left out because they look like 1 and 0. */
const L = 'A-HJ-NP-Z'
/** No character that a camera or a person may take for another: two of these plates are never similar. */
const standInCharacters = '3479ACEFHJKMNPRUVWXY'
const standInPrefix = '无牌'
const standInLength = 6

/** Specific before standard: several special plates also fit a more general pattern. */
const classes = [
  ['new-energy-small', `${P}[${L}][A-HJK][${L}0-9]\\d{4}`],
  ['new-energy-large', `${P}[${L}]\\d{5}[A-HJK]`],
  ['hong-kong-macao', `粤Z[${L}0-9]{4}[港澳]`],
  ['suffix', `${P}[${L}][${L}0-9]{4}[挂学警试超领]`],
  ['emergency', `${P}[SX]\\d{4}应急`],
  ['embassy', String.raw`(?:\d{6}使|使\d{6})`],
  ['armed-police', `WJ${P}?\\d{4}[0-9${L}]`],
  ['military', `[${L}]{2}\\d{5}`],
  ['civil-aviation', `民航[${L}0-9]{5}`],
  ['standard', `${P}[${L}][${L}0-9]{5}`],
  /** Not on any car: names one without a plate whose driver has a phone. */
  ['stand-in', `${standInPrefix}[${standInCharacters}]{${standInLength}}`],
  ['unplated', '(?:无牌车|无牌|无)?'],
] as const
export type PlateClass = (typeof classes)[number][0] | 'invalid'

const patterns = classes.map(([name, source]) => [name, new RegExp(`^${source}$`, 'u')] as const)

/** One spelling for each plate: what cameras, forms and lists write differently becomes equal. */
export function normalisePlate(raw: string): string {
  const bare = raw
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s·•.\-_]/gu, '')
  // Taking a separator out can bring a letter and its accent together.
  return bare.normalize('NFKC')
}

/** Which kind of plate a normalised text is. */
export function classifyPlate(plate: string): PlateClass {
  return patterns.find(([, pattern]) => pattern.test(plate))?.[0] ?? 'invalid'
}

/** A new stand-in plate; `pick` draws a whole number from 0 up to, but not including, its argument. */
export const standInPlate = (pick: (from: number) => number): string =>
  standInPrefix +
  Array.from({ length: standInLength }, () => standInCharacters.charAt(pick(standInCharacters.length))).join('')

/** The part of a stand-in plate that tells it from others. */
export const standInTail = (plate: string): string => plate.slice(standInPrefix.length)

export const standInOf = (tail: string): string => standInPrefix + tail

export const isStandInPlate = (plate: string) => classifyPlate(plate) === 'stand-in'

export const isPolicePlate = (plate: string) =>
  classifyPlate(plate) === 'armed-police' || (classifyPlate(plate) === 'suffix' && plate.endsWith('警'))

/**
 * Whether a plate can have this colour at all. A green plate that lost a character is a valid plate of seven:
 * only the colour tells, so such a read must never be accepted.
 */
export function colourFits(plate: string, colour: PlateColour): boolean {
  const { length } = plate
  if (colour === 'green') return length === 8
  if (colour === 'blue') return length === 7
  // Large new-energy plates are half yellow, half green.
  if (colour === 'yellow') return length === 7 || classifyPlate(plate) === 'new-energy-large'
  return true
}

const colourClasses: Readonly<Record<Exclude<PlateColour, 'unknown'>, readonly PlateClass[]>> = {
  green: ['new-energy-small', 'new-energy-large'],
  blue: ['standard', 'suffix', 'civil-aviation'],
  yellow: ['standard', 'suffix', 'new-energy-large'],
  white: ['emergency', 'suffix', 'armed-police', 'military', 'civil-aviation'],
  black: ['standard', 'embassy', 'hong-kong-macao', 'suffix'],
}

const isSameColourClass = (plate: string, colour: PlateColour) =>
  colour === 'unknown' || (colourFits(plate, colour) && colourClasses[colour].includes(classifyPlate(plate)))

const confusions: Readonly<Record<string, string>> = {
  ...{ '0': 'DQ', D: '0', Q: '0', '1': 'TL', T: '1', L: '1', '8': 'B', B: '8' },
  ...{ '2': 'Z', Z: '2', '5': 'S', S: '5', '6': 'G', G: '6' },
}

/** What cameras write for a province character that they could not read; some leave it out. */
const unreadSigns = ['?', '*', '#', '□']
const provinceUnread = new RegExp(`^[${unreadSigns.join('')}]?([${L}][${L}0-9]{4,5}[${L}0-9挂学警试超领])$`, 'u')
const provinceRead = new RegExp(`^${P}`, 'u')

/** Every plate that a camera may have read as `plate` with one mistake. */
export function confusablesOf(plate: string): string[] {
  const rest = provinceUnread.exec(plate)?.[1]
  if (rest !== undefined && classifyPlate(plate) === 'invalid')
    return Array.from(provinces, (province) => province + rest)
  return Array.from(plate).flatMap((character, index, all) =>
    Array.from(confusions[character] ?? '', (other) => all.with(index, other).join('')),
  )
}

/** What a camera may have made of `plate` without reading its province. */
function withProvinceUnread(plate: string): string[] {
  const rest = plate.slice(1)
  return provinceRead.test(plate) && provinceUnread.test(rest) ? ['', ...unreadSigns].map((sign) => sign + rest) : []
}

export interface PlateMatch {
  readonly distance: number
  /** The one plate that was meant; absent when there is none, or when a person must choose. */
  readonly plate?: string
  /** Plates that were one mistake away, for a person to choose from. */
  readonly candidates: readonly string[]
}

/**
 * Finds which known plate a read means: the same plate, else the only known one that is one confusable character away
 * and has the same colour class. `isKnown` is asked for at most a few dozen plates.
 */
export function matchPlate(raw: string, colour: PlateColour, isKnown: (plate: string) => boolean): PlateMatch {
  const read = normalisePlate(raw)
  if (isKnown(read)) return { plate: read, distance: 0, candidates: [read] }
  const similar = confusablesOf(read).filter((plate) => isSameColourClass(plate, colour))
  const candidates = [...similar, ...withProvinceUnread(read)].filter(isKnown)
  const [only] = candidates
  return only !== undefined && candidates.length === 1
    ? { plate: only, distance: 1, candidates }
    : { distance: 0, candidates }
}
