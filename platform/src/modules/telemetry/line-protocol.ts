/** One line of InfluxDB's line protocol. Strings are checked and left out: they are not telemetry. */
export interface Line {
  /** Counted from 1, as InfluxDB's clients do. */
  readonly line: number
  readonly measurement: string
  readonly tags: ReadonlyMap<string, string>
  readonly fields: ReadonlyMap<string, number>
  /** UTC milliseconds. */
  readonly at: number
}

export interface LineProblem {
  readonly line: number
  readonly problem: string
}

export const precisions = ['n', 'ns', 'u', 'us', 'ms', 's', 'm', 'h'] as const
export type Precision = (typeof precisions)[number]

const perMillisecond: Partial<Record<Precision, bigint>> = { n: 1_000_000n, ns: 1_000_000n, u: 1000n, us: 1000n }
const milliseconds: Partial<Record<Precision, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Nanoseconds have more digits than a double holds. */
function toMilliseconds(digits: string, precision: Precision): number {
  const divisor = perMillisecond[precision]
  return divisor ? Number(BigInt(digits) / divisor) : Number(digits) * (milliseconds[precision] ?? 1)
}

const measurementToken = /(?:\\[^\n]|[^\\, \n])+/y
const keyToken = /(?:\\[^\n]|[^\\,= \n])+/y
// Every token is bounded, and no text can be cut into its parts in two ways: else a bad line could take for ever.
const numberToken = /[-+]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][-+]?\d{1,9})?(i?)(?=[, \r\n]|$)/y
const integerToken = /[-+]?\d{1,20}i(?=[, \r\n]|$)/y
const booleanToken = /(?:(t|T|true|True|TRUE)|f|F|false|False|FALSE)(?=[, \r\n]|$)/y
/** InfluxDB's own limit for a string is 64 KiB. */
const stringToken = /"(?:[^"\\]|\\[^]){0,65536}"(?=[, \r\n]|$)/y
const timeToken = /-?\d{1,19}(?=[ \r\n]|$)/y
const lineEnd = /[ \r]*(?:\n|$)/y
const maxNameLength = 256
/** Whoever sends this many bad lines does not send line protocol. */
const maxProblems = 1000

const unescape = (token: string) => (token.includes('\\') ? token.replace(/\\([,= ])/g, '$1') : token)

class BadLine extends Error {}

/** Walks through the text; every `take` moves on by what it found. */
function createCursor(text: string) {
  let position = 0
  return {
    text,
    atEnd: () => position >= text.length,
    peek: () => text[position],
    take(token: RegExp): RegExpExecArray | undefined {
      token.lastIndex = position
      const match = token.exec(text)
      if (match) position = token.lastIndex
      return match ?? undefined
    },
    takeCharacter(character: string): boolean {
      if (text[position] !== character) return false
      position += 1
      return true
    },
    skipLine() {
      const end = text.indexOf('\n', position)
      position = end === -1 ? text.length : end + 1
    },
  }
}
type Cursor = ReturnType<typeof createCursor>

function takeName(cursor: Cursor, token: RegExp, what: string): string {
  const name = unescape(cursor.take(token)?.[0] ?? '')
  if (name === '') throw new BadLine(`missing ${what}`)
  if (name.length > maxNameLength) throw new BadLine(`${what} longer than ${maxNameLength} characters`)
  return name
}

function takeTags(cursor: Cursor): Map<string, string> {
  const tags = new Map<string, string>()
  while (cursor.takeCharacter(',')) {
    const key = takeName(cursor, keyToken, 'tag key')
    if (!cursor.takeCharacter('=')) throw new BadLine('missing tag value')
    if (tags.has(key)) throw new BadLine(`duplicate tag "${key}"`)
    tags.set(key, takeName(cursor, keyToken, 'tag value'))
  }
  return tags
}

/** Answers `undefined` for a string. */
function takeValue(cursor: Cursor): number | undefined {
  const number = cursor.take(integerToken) ?? cursor.take(numberToken)
  if (number) {
    const value = Number.parseFloat(number[0])
    if (number[1] === 'i' || !Number.isFinite(value)) throw new BadLine('invalid number')
    return value
  }
  const boolean = cursor.take(booleanToken)
  if (boolean) return boolean[1] === undefined ? 0 : 1
  if (cursor.take(stringToken)) return undefined
  throw new BadLine('invalid field value')
}

function takeFields(cursor: Cursor): Map<string, number> {
  const fields = new Map<string, number>()
  do {
    const key = takeName(cursor, keyToken, 'fields')
    if (!cursor.takeCharacter('=')) throw new BadLine('missing field value')
    const value = takeValue(cursor)
    if (value !== undefined) fields.set(key, value)
  } while (cursor.takeCharacter(','))
  return fields
}

function takeTime(cursor: Cursor, precision: Precision, now: number): number {
  const digits = cursor.takeCharacter(' ') ? cursor.take(timeToken)?.[0] : undefined
  return digits === undefined ? now : toMilliseconds(digits, precision)
}

function takeLine(cursor: Cursor, precision: Precision, now: number): Omit<Line, 'line'> {
  const measurement = takeName(cursor, measurementToken, 'measurement')
  const tags = takeTags(cursor)
  if (!cursor.takeCharacter(' ')) throw new BadLine('missing fields')
  const fields = takeFields(cursor)
  const at = takeTime(cursor, precision, now)
  if (!cursor.take(lineEnd)) throw new BadLine('invalid end of line')
  return { measurement, tags, fields, at }
}

/**
 * Reads a whole write. A bad line costs only itself.
 * Line numbers count what is written; a string that contains line breaks counts as one line.
 */
export function parseLines(text: string, { precision, now }: { readonly precision: Precision; readonly now: number }) {
  const cursor = createCursor(text)
  const lines: Line[] = []
  const problems: LineProblem[] = []
  for (let line = 1; !cursor.atEnd(); line += 1) {
    if (problems.length === maxProblems) {
      problems.push({ line, problem: 'too many bad lines; the rest was not read' })
      break
    }
    if (cursor.peek() === '#' || cursor.peek() === '\n' || cursor.peek() === '\r') {
      cursor.skipLine()
      continue
    }
    try {
      lines.push({ line, ...takeLine(cursor, precision, now) })
    } catch (error) {
      if (!(error instanceof BadLine)) throw error
      problems.push({ line, problem: error.message })
      cursor.skipLine()
    }
  }
  return { lines, problems }
}
