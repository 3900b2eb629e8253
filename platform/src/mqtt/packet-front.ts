import { checkPublishFlags, checkPublishHead, packetRules, packetTypes } from './packets.ts'
import { malformed, type Refusal } from './refusal.ts'
import { emptyTopic, missing, type Stretch } from './text.ts'

export interface PacketLimits {
  /** Of everything but PUBLISH: a CONNECT comes from somebody who is not known yet. */
  readonly smallBytes: number
  readonly publishBytes: number
}

const firstPacketMissing: Refusal = { reason: 'out-of-turn', statement: 'MQTT-3.1.0-1' }
const secondConnect: Refusal = { reason: 'out-of-turn', statement: 'MQTT-3.1.0-2' }
const notForServers: Refusal = { reason: 'out-of-turn', statement: 'MQTT-4.8.0-1' }
const tooLarge: Refusal = { reason: 'too-large' }

/**
 * Follows what a client sends, byte by byte as it arrives, and says when it breaks MQTT 3.1.1. A packet that lies
 * whole in its chunk is looked at in place; of a packet in pieces only what must be seen together is kept, so the
 * payload of a message is never copied and a header that announces too much is refused before anything follows it.
 */
export class PacketFront {
  readonly #limits: PacketLimits
  #isTrusted = false
  #refusal: Refusal | undefined
  #hasConnect = false
  #saidGoodbye = false
  #packets = 0
  #publishes = 0
  /** Bytes of the present fixed header so far; 0 between two packets. */
  #headerBytes = 0
  #firstByte = 0
  #length = 0
  /** Bytes of the present packet's body that are still to come. */
  #remaining = 0
  #isInBody = false
  /** How many bytes at the beginning of the body must be seen together, and those of them kept so far. */
  #headNeeded = 0
  #head: Uint8Array | undefined
  #headKept = 0

  constructor(limits: PacketLimits) {
    this.#limits = limits
  }

  /** Why the connection must end, if it must. */
  get refusal(): Refusal | undefined {
    return this.#refusal
  }

  /** DISCONNECT was seen: the client leaves on purpose, and whatever follows is not read [MQTT-3.14.4-2]. */
  get saidGoodbye(): boolean {
    return this.#saidGoodbye
  }

  /** A packet has begun and is not complete. */
  get isMidPacket(): boolean {
    return this.#headerBytes > 0 || this.#isInBody
  }

  /** Bytes that the present packet announced. */
  get announcedBytes(): number {
    return this.#length
  }

  /** Complete packets so far. */
  get packets(): number {
    return this.#packets
  }

  /** Complete messages among them. */
  get publishes(): number {
    return this.#publishes
  }

  /** For a peer of ours: its messages may have any size. */
  lift(): void {
    this.#isTrusted = true
  }

  /** Walks on from `start` for at most `maxPackets` complete packets; answers how far it came. */
  walk(chunk: Uint8Array, start: number, maxPackets: number): number {
    const last = this.#packets + maxPackets
    let offset = start
    while (!this.#refusal && !this.#saidGoodbye && this.#packets < last) {
      if (!this.#isInBody) {
        if (offset >= chunk.length) break
        this.#refusal = this.#readHeader(chunk[offset] ?? 0)
        offset += 1
      } else {
        if (offset >= chunk.length && this.#remaining > 0) break
        offset = this.#readBody(chunk, offset)
      }
    }
    return offset
  }

  #readHeader(byte: number): Refusal | undefined {
    if (this.#headerBytes === 0) {
      this.#firstByte = byte
      this.#length = 0
      this.#headerBytes = 1
      return this.#checkFirstByte()
    }
    this.#length += (byte & 0x7f) * 128 ** (this.#headerBytes - 1)
    this.#headerBytes += 1
    if (byte & 0x80) return this.#headerBytes === 5 ? malformed('MQTT-4.8.0-1') : undefined // 2.2.3: four bytes
    return this.#beginBody()
  }

  #checkFirstByte(): Refusal | undefined {
    const type = this.#firstByte >> 4
    const flags = this.#firstByte & 0x0f
    if (!this.#hasConnect && type !== packetTypes.connect) return firstPacketMissing
    if (type === packetTypes.publish) return checkPublishFlags(flags)
    const rule = packetRules[type]
    if (!rule) return notForServers
    if (flags !== rule.flags) return malformed(rule.flagsStatement)
    return this.#hasConnect && type === packetTypes.connect ? secondConnect : undefined
  }

  #beginBody(): Refusal | undefined {
    const isPublish = this.#firstByte >> 4 === packetTypes.publish
    const { smallBytes, publishBytes } = this.#limits
    if (this.#length > (isPublish ? publishBytes : smallBytes) && !this.#isTrusted) return tooLarge
    if (isPublish && this.#length < 2) return missing
    this.#headerBytes = 0
    this.#isInBody = true
    this.#remaining = this.#length
    this.#headNeeded = isPublish ? 2 : this.#length
    this.#headKept = 0
    return undefined
  }

  #readBody(chunk: Uint8Array, offset: number): number {
    const body = Math.min(this.#remaining, chunk.length - offset)
    const head = this.#headNeeded - this.#headKept
    if (head < 0) return this.#pass(body, offset)
    if (head > body) {
      this.#keep(chunk.subarray(offset, offset + body))
      return this.#pass(body, offset)
    }
    if (this.#headKept === 0) {
      this.#checkHead({ bytes: chunk, start: offset, end: offset + head })
      // The head of a PUBLISH grows once its length is known: it is looked at again from its beginning.
      return this.#headNeeded > head ? offset : this.#pass(body, offset)
    }
    const kept = this.#keep(chunk.subarray(offset, offset + head))
    this.#checkHead({ bytes: kept, start: 0, end: this.#headNeeded })
    return this.#pass(head, offset)
  }

  /** Goes on by so many bytes of the body. */
  #pass(bytes: number, offset: number): number {
    this.#remaining -= bytes
    if (this.#remaining === 0 && !this.#refusal) this.#completePacket()
    return offset + bytes
  }

  #keep(piece: Uint8Array): Uint8Array {
    let kept = this.#head
    if (!kept || kept.length < this.#headNeeded) {
      kept = new Uint8Array(this.#headNeeded)
      if (this.#head) kept.set(this.#head.subarray(0, this.#headKept))
      this.#head = kept
    }
    kept.set(piece, this.#headKept)
    this.#headKept += piece.length
    return kept
  }

  #checkHead(head: Stretch): void {
    const type = this.#firstByte >> 4
    if (type !== packetTypes.publish) {
      this.#refusal = packetRules[type]?.check(head)
    } else if (this.#headNeeded === 2) {
      this.#learnTopicLength(head)
      return
    } else {
      this.#refusal = checkPublishHead(head, (this.#firstByte >> 1) & 3)
    }
    this.#headNeeded = -1
  }

  #learnTopicLength({ bytes, start }: Stretch): void {
    const topicLength = (bytes[start] ?? 0) * 256 + (bytes[start + 1] ?? 0)
    this.#headNeeded = 2 + topicLength + ((this.#firstByte & 6) === 0 ? 0 : 2)
    if (this.#headNeeded > this.#length) this.#refusal = missing
    else if (topicLength === 0) this.#refusal = emptyTopic
  }

  #completePacket(): void {
    const type = this.#firstByte >> 4
    this.#isInBody = false
    this.#head = undefined
    this.#hasConnect = true
    this.#packets += 1
    if (type === packetTypes.publish) this.#publishes += 1
    if (type === packetTypes.disconnect) this.#saidGoodbye = true
  }
}
