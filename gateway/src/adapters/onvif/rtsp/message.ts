import { cameraStreamInvalid } from '../../../errors.ts'

export interface RtspAnswer {
  readonly status: number
  /** By lower-case name. What came several times is joined with commas, as the standard says. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

export interface RtspReader {
  /** Takes the next bytes; throws CAMERA_STREAM_INVALID, and is then of no more use. */
  take(chunk: Buffer): void
}

const longestHead = 16 * 1024
const longestBody = 64 * 1024
const mostHeaders = 64
/** Media and empty lines before an answer. Nobody has asked for media; some firmware sends the rest of another visit. */
const mostSkipped = 256 * 1024

const [lineFeed, carriageReturn, dollar] = [0x0a, 0x0d, 0x24]
const printable = /^[\t\x20-\x7e\x80-\xff]*$/
const statusLine = /^RTSP\/1\.0 ([1-5]\d\d)(?: .*)?$/
const headerLine = /^([\w!#$%&'*+.^`|~-]{1,100})[ \t]*:(.*)$/

function headersOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name, value = ''] = headerLine.exec(line) ?? []
    if (name === undefined) throw cameraStreamInvalid('a header has no name')
    const key = name.toLowerCase()
    const before = headers.get(key)
    headers.set(key, before === undefined ? value.trim() : `${before}, ${value.trim()}`)
  }
  return headers
}

/** Without a length there is no body (RFC 2326, 4.4). */
function bodyLengthOf(headers: ReadonlyMap<string, string>): number {
  const told = headers.get('content-length') ?? '0'
  const length = /^\d{1,9}$/.test(told) ? Number(told) : Number.NaN
  if (!(length <= longestBody)) throw cameraStreamInvalid(`a body of more than ${longestBody} bytes, or of no length`)
  return length
}

function headOf(lines: readonly string[]) {
  const [first = '', ...rest] = lines
  const status = statusLine.exec(first)?.[1]
  if (status === undefined) throw cameraStreamInvalid('it is not RTSP 1.0')
  const headers = headersOf(rest)
  return { status: Number(status), headers, bodyLength: bodyLengthOf(headers) }
}

/** Bytes of one line, or of one body: kept as they came, joined once, however small the pieces. */
function createPile() {
  let pieces: Buffer[] = []
  return {
    add: (piece: Buffer) => void pieces.push(piece),
    empty() {
      const all = Buffer.concat(pieces)
      pieces = []
      return all
    },
  }
}

/** The lines of one head. `take` answers how far it read; a head is complete with its empty line. */
function createHeadReader(onHead: (lines: readonly string[]) => void) {
  const pile = createPile()
  let lines: string[] = []
  let size = 0

  function endLine() {
    const bytes = pile.empty()
    const line = bytes.toString('latin1', 0, bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length)
    if (!printable.test(line)) throw cameraStreamInvalid('its head holds control characters')
    if (line !== '') {
      lines.push(line)
      if (lines.length > mostHeaders + 1) throw cameraStreamInvalid(`more than ${mostHeaders} headers`)
      return
    }
    const complete = lines
    lines = []
    size = 0
    onHead(complete)
  }

  return (chunk: Buffer, from: number): number => {
    const end = chunk.indexOf(lineFeed, from)
    const to = end === -1 ? chunk.length : end + 1
    size += to - from
    if (size > longestHead) throw cameraStreamInvalid(`a head of more than ${longestHead} bytes`)
    pile.add(chunk.subarray(from, end === -1 ? to : end))
    if (end !== -1) endLine()
    return to
  }
}

/** Interleaved media: a dollar sign, the channel, two bytes of length, and that many bytes (RFC 2326, 10.12). */
function createFrameSkipper(onEnd: () => void) {
  let header = 0
  let left = 0
  return (chunk: Buffer, from: number): number => {
    if (header < 4) {
      header += 1
      left = header > 2 ? left * 256 + (chunk[from] ?? 0) : 0
      if (header < 4 || left > 0) return from + 1
    }
    const to = left === 0 ? from + 1 : Math.min(chunk.length, from + left)
    left = Math.max(0, left - (to - from))
    if (left === 0) {
      header = 0
      onEnd()
    }
    return to
  }
}

type Step = (chunk: Buffer, from: number) => number
type Head = ReturnType<typeof headOf>

function createBodyReader(head: Head, onAnswer: (answer: RtspAnswer) => void): Step {
  const pile = createPile()
  let left = head.bodyLength
  return (chunk, from) => {
    const to = Math.min(chunk.length, from + left)
    pile.add(chunk.subarray(from, to))
    left -= to - from
    if (left === 0) onAnswer({ status: head.status, headers: head.headers, body: pile.empty() })
    return to
  }
}

/**
 * Answers out of a stream of bytes, however it is cut. Each is told as soon as it is complete: damage that comes
 * behind it, perhaps in the same bytes, takes nothing back.
 */
export function createRtspReader(onAnswer: (answer: RtspAnswer) => void): RtspReader {
  let skipped = 0

  function complete(answer: RtspAnswer) {
    skipped = 0
    step = between
    onAnswer(answer)
  }
  const readHead = createHeadReader((lines) => {
    const head = headOf(lines)
    if (head.bodyLength > 0) step = createBodyReader(head, complete)
    else complete({ status: head.status, headers: head.headers, body: Buffer.alloc(0) })
  })
  const counted =
    (skip: Step): Step =>
    (chunk, from) => {
      const to = skip(chunk, from)
      skipped += to - from
      if (skipped > mostSkipped) throw cameraStreamInvalid(`more than ${mostSkipped} bytes that are no answer`)
      return to
    }
  const skipFrame = counted(createFrameSkipper(() => (step = between)))
  const skipByte = counted((_chunk, from) => from + 1)
  const between: Step = (chunk, from) => {
    const byte = chunk[from]
    if (byte === lineFeed || byte === carriageReturn) return skipByte(chunk, from)
    step = byte === dollar ? skipFrame : readHead
    return step(chunk, from)
  }
  let step: Step = between

  return {
    take(chunk) {
      for (let at = 0; at < chunk.length;) at = step(chunk, at)
    },
  }
}
