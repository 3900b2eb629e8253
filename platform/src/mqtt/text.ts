import { malformed, type Refusal } from './refusal.ts'

const slash = 0x2f
const plus = 0x2b
const hash = 0x23

/** A stretch of bytes: nothing is copied and no string is made for somebody who is not known yet. */
export interface Stretch {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

interface SequenceShape {
  /** Lead bytes up to this one begin a sequence of this shape. */
  readonly lastLead: number
  readonly length: number
  /** What the second byte may be: this is what leaves out long forms, surrogates and all beyond U+10FFFF. */
  readonly second: readonly [least: number, most: number]
}

/** Well-formed UTF-8 of more than one byte: table 3-7 of the Unicode standard, RFC 3629. */
const shapes: readonly SequenceShape[] = [
  { lastLead: 0xc1, length: 0, second: [0, 0] },
  { lastLead: 0xdf, length: 2, second: [0x80, 0xbf] },
  { lastLead: 0xe0, length: 3, second: [0xa0, 0xbf] },
  { lastLead: 0xec, length: 3, second: [0x80, 0xbf] },
  { lastLead: 0xed, length: 3, second: [0x80, 0x9f] },
  { lastLead: 0xef, length: 3, second: [0x80, 0xbf] },
  { lastLead: 0xf0, length: 4, second: [0x90, 0xbf] },
  { lastLead: 0xf3, length: 4, second: [0x80, 0xbf] },
  { lastLead: 0xf4, length: 4, second: [0x80, 0x8f] },
]

/** Length of the well-formed sequence at `at`, 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0
  const shape = shapes.find(({ lastLead }) => lead <= lastLead)
  if (!shape) return 0
  const second = bytes[at + 1] ?? 0
  if (second < shape.second[0] || second > shape.second[1]) return 0
  for (let next = at + 2; next < at + shape.length; next += 1) {
    if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0
  }
  return shape.length
}

export const emptyTopic: Refusal = { reason: 'bad-topic', statement: 'MQTT-4.7.3-1' }

/** Ill-formed UTF-8, surrogates and U+0000 end a connection [MQTT-1.5.3-1] [MQTT-1.5.3-2]. */
export function checkText({ bytes, start, end }: Stretch): Refusal | undefined {
  let at = start
  while (at < end) {
    const byte = bytes[at] ?? 0
    if (byte === 0) return { reason: 'bad-text', statement: 'MQTT-1.5.3-2' }
    const length = byte < 0x80 ? 1 : sequenceLength(bytes, at)
    if (length === 0 || at + length > end) return { reason: 'bad-text', statement: 'MQTT-1.5.3-1' }
    at += length
  }
  return undefined
}

/** The name that a message is published under: at least one character, no wildcards. */
export function checkTopicName(name: Stretch): Refusal | undefined {
  const { bytes, start, end } = name
  if (start === end) return emptyTopic
  for (let at = start; at < end; at += 1) {
    if (bytes[at] === plus || bytes[at] === hash) return { reason: 'bad-topic', statement: 'MQTT-3.3.2-2' }
  }
  return checkText(name)
}

/** What somebody subscribes to: wildcards fill a whole level, `#` only the last one. */
export function checkTopicFilter(filter: Stretch): Refusal | undefined {
  if (filter.start === filter.end) return emptyTopic
  return checkWildcards(filter) ?? checkText(filter)
}

function checkWildcards({ bytes, start, end }: Stretch): Refusal | undefined {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]
    if (byte !== plus && byte !== hash) continue
    const isFirst = at === start || bytes[at - 1] === slash
    const isLast = at === end - 1 || (byte === plus && bytes[at + 1] === slash)
    if (!isFirst || !isLast) return { reason: 'bad-topic', statement: byte === hash ? 'MQTT-4.7.1-2' : 'MQTT-4.7.1-3' }
  }
  return undefined
}

/** Reads the fields of a body one after the other; every length is checked against the end of the body. */
export class FieldReader {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at: number

  constructor({ bytes, start, end }: Stretch) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  isAtEnd(): boolean {
    return this.#at >= this.#end
  }

  byte(): number | undefined {
    return this.#at < this.#end ? this.#bytes[this.#at++] : undefined
  }

  number(): number | undefined {
    const high = this.byte()
    const low = this.byte()
    return high === undefined || low === undefined ? undefined : high * 256 + low
  }

  /** A length of two bytes and as many bytes as it says. */
  field(): Stretch | undefined {
    const length = this.number()
    if (length === undefined || this.#at + length > this.#end) return undefined
    const start = this.#at
    this.#at += length
    return { bytes: this.#bytes, start, end: this.#at }
  }
}

export function equals({ bytes, start, end }: Stretch, text: string): boolean {
  let at = start
  while (at < end && bytes[at] === text.charCodeAt(at - start)) at += 1
  return at === end && end - start === text.length
}

export const missing = malformed('MQTT-4.8.0-1')
