import { Allowance, type AllowanceOptions } from './allowance.ts'
import { PacketFront, type PacketLimits } from './packet-front.ts'
import type { Refusal } from './refusal.ts'
import type { Turns } from './turns.ts'

/** What is needed of a socket, plain or TLS. */
export interface GuardedSocket {
  read(size?: number): unknown
  on(event: 'readable' | 'error', listener: () => void): unknown
  once(event: 'close' | 'readable', listener: () => void): unknown
  removeListener(event: 'readable', listener: () => void): unknown
  emit(event: 'readable'): unknown
  end(bytes: Uint8Array, done: () => void): unknown
  destroy(): unknown
  readonly destroyed: boolean
  readonly readableLength: number
}

export interface ConnectionRules {
  readonly limits: PacketLimits
  /** Packets of one connection; every 4 KiB count as one more. */
  readonly packets: AllowanceOptions
  /** Who stays below this is never made to wait for others. */
  readonly unhurried: AllowanceOptions
  /** Messages of one connection that were handed on and are not settled. */
  readonly unsettled: number
  readonly turns: Turns
  readonly refused: (reason: string) => void
}

const bytesOfPacket = 4096
/** What one connection may send in its turn, and hand on at once. */
const packetsAtOnce = 4
const portionBytes = 16 * 1024
/** A packet that has begun is complete after this, and a little more for each byte. */
const packetGraceMs = 10_000
const slowestBytesPerMs = 8
const nothing = new Uint8Array()

/**
 * Stands between a socket and the broker library, which sees nothing but valid MQTT 3.1.1: first a whole CONNECT,
 * then, once that was granted, packets at the pace that this connection may have. Whoever is too fast is not read,
 * so it is the sender's memory that fills.
 */
export class GuardedConnection {
  readonly #socket: GuardedSocket
  readonly #rules: ConnectionRules
  readonly #front: PacketFront
  readonly #readSocket: (size?: number) => unknown
  readonly #packets: Allowance
  readonly #unhurried: Allowance
  /** Bytes that were read from the socket and not yet handed on. */
  #held: Uint8Array = nothing
  #introduction: Uint8Array | undefined
  #isReady = false
  #isTrusted = false
  #unsettled = 0
  #hasTurn = false
  /** Packets that may still be read in this turn. */
  #turnLeft = 0
  /** The library asked for more and got nothing, although there may be something. */
  #isHeldUp = false
  #pause: NodeJS.Timeout | undefined
  #packetTimer: NodeJS.Timeout | undefined
  /** Which packet the timer is for. */
  #watchedPacket = 0

  constructor(socket: GuardedSocket, rules: ConnectionRules) {
    const now = performance.now()
    this.#socket = socket
    this.#rules = rules
    this.#front = new PacketFront(rules.limits)
    this.#packets = new Allowance(rules.packets, now)
    this.#unhurried = new Allowance(rules.unhurried, now)
    this.#readSocket = socket.read.bind(socket)
    socket.once('close', () => this.#end())
  }

  /** Whether DISCONNECT was seen: the client leaves on purpose. */
  get saidGoodbye(): boolean {
    return this.#front.saidGoodbye
  }

  /** Reads what is there, until it is a whole, valid CONNECT; the library may then be given the socket. */
  listen(onConnect: () => void): void {
    const onReadable = () => {
      const hasConnect = this.#hear()
      const { refusal } = this.#front
      if (!hasConnect && !refusal) return
      this.#socket.removeListener('readable', onReadable)
      if (refusal) {
        this.#refuse(refusal)
        return
      }
      this.#socket.read = (size) => (size === 0 ? this.#readSocket(0) : this.#next())
      onConnect()
      this.#socket.emit('readable')
    }
    this.#socket.on('readable', onReadable)
    onReadable()
  }

  /** CONNACK was sent: what comes after CONNECT may be handed on. */
  ready(): void {
    this.#isReady = true
    this.#wake()
  }

  /** This is a peer of ours, which has no limits. */
  trust(): void {
    this.#isTrusted = true
    this.#front.lift()
  }

  /** Nothing that still comes is of interest to anybody. */
  letGo(): void {
    this.#socket.read = this.#readSocket
    this.#end()
  }

  /** A message that was handed on has been taken or refused. */
  settled(): void {
    this.#unsettled = Math.max(0, this.#unsettled - 1)
    if (this.#unsettled === 0) this.#giveTurn()
    if (this.#isHeldUp) this.#wake()
  }

  /** Answers whether CONNECT is complete. */
  #hear(): boolean {
    for (let chunk = this.#readSocket(); chunk instanceof Uint8Array; chunk = this.#readSocket()) {
      const end = this.#front.walk(chunk, 0, 1)
      if (this.#front.refusal) return false
      const begun = join(this.#held, chunk.subarray(0, end))
      this.#held = begun
      if (this.#front.packets === 0) continue
      this.#introduction = begun
      this.#held = chunk.subarray(end)
      return true
    }
    return false
  }

  /** Stands in for `read()` of the socket. */
  #next(): unknown {
    if (!this.#isReady) return this.#introduce()
    if (this.#front.saidGoodbye || this.#socket.destroyed) return null
    // With nothing there this asks the socket to tell when there is, or that it has ended.
    if (this.#held.length === 0 && this.#socket.readableLength === 0) return this.#readSocket()
    this.#isHeldUp = !this.#isTrusted && this.#mustWait()
    if (this.#isHeldUp) return null
    const chunk = this.#held.length > 0 ? this.#held : this.#readPortion()
    this.#held = nothing
    return chunk instanceof Uint8Array ? this.#take(chunk) : chunk
  }

  /** A part of what is there, so that a flood waits where it does not make the socket read on. */
  #readPortion(): unknown {
    const { readableLength } = this.#socket
    return this.#readSocket(this.#front.isMidPacket ? readableLength : Math.min(portionBytes, readableLength))
  }

  /** CONNECT, and nothing more before it was granted. */
  #introduce(): Uint8Array | null {
    const introduction = this.#introduction
    this.#introduction = undefined
    return introduction ?? null
  }

  #take(chunk: Uint8Array): Uint8Array | null {
    const { packets, publishes } = this.#front
    const most = this.#isTrusted ? Infinity : this.#hasTurn ? this.#turnLeft : packetsAtOnce
    const end = this.#front.walk(chunk, 0, most)
    if (this.#front.refusal) {
      this.#refuse(this.#front.refusal)
      return null
    }
    const used = this.#front.packets - packets
    this.#packets.use(used + end / bytesOfPacket)
    this.#unhurried.use(used)
    this.#turnLeft -= used
    this.#unsettled += this.#front.publishes - publishes
    if (this.#unsettled === 0) this.#giveTurn()
    this.#watchPacket()
    // The library asks again when a packet was handled, and not when there was none.
    if (used === 0 && this.#socket.readableLength > 0) setImmediate(() => this.#wake())
    if (end === chunk.length) return chunk
    if (!this.#front.saidGoodbye) this.#held = chunk.subarray(end)
    return chunk.subarray(0, end)
  }

  #mustWait(): boolean {
    if (this.#pause || this.#unsettled >= this.#rules.unsettled) return true
    const now = performance.now()
    const waitMs = this.#packets.waitMs(now)
    if (waitMs > 0) {
      this.#rules.refused('rate')
      if (this.#unsettled === 0) this.#giveTurn()
      this.#pause = setTimeout(() => {
        this.#pause = undefined
        this.#wake()
      }, Math.ceil(waitMs))
      return true
    }
    if (this.#hasTurn) return this.#turnLeft <= 0
    if (this.#unhurried.left(now) >= 1) return false
    if (this.#rules.turns.take(this.#onTurn)) this.#beginTurn()
    return !this.#hasTurn
  }

  #beginTurn(): void {
    this.#hasTurn = true
    this.#turnLeft = packetsAtOnce
  }

  readonly #onTurn = () => {
    this.#beginTurn()
    this.#wake()
    // It may have ended its side, or have had to pause, while it stood in line.
    if (this.#unsettled === 0) this.#giveTurn()
  }

  #giveTurn(): void {
    if (!this.#hasTurn) return
    this.#hasTurn = false
    this.#rules.turns.give()
  }

  #wake(): void {
    if (this.#isReady && !this.#socket.destroyed) this.#socket.emit('readable')
  }

  /** A packet that is begun must be finished: one byte a second would hold its memory for ever. */
  #watchPacket(): void {
    const { isMidPacket, packets } = this.#front
    if (this.#packetTimer && isMidPacket && packets === this.#watchedPacket) return
    if (this.#packetTimer) clearTimeout(this.#packetTimer)
    this.#packetTimer = undefined
    if (!isMidPacket || this.#isTrusted) return
    this.#watchedPacket = packets
    this.#lookAtPacketIn(packetGraceMs, performance.now())
  }

  #lookAtPacketIn(ms: number, began: number): void {
    this.#packetTimer = setTimeout(() => {
      const now = performance.now()
      const leftMs = began + packetGraceMs + this.#front.announcedBytes / slowestBytesPerMs - now
      // The rest may be here already, and we are the ones who do not read it.
      if (this.#isHeldUp) this.#lookAtPacketIn(packetGraceMs, now)
      else if (leftMs > 0) this.#lookAtPacketIn(leftMs, began)
      else this.#refuse({ reason: 'slow-packet' })
    }, ms)
  }

  #refuse({ reason, returnCode }: Refusal): void {
    this.#rules.refused(reason)
    if (returnCode === undefined) this.#socket.destroy()
    else this.#socket.end(Uint8Array.of(0x20, 2, 0, returnCode), () => this.#socket.destroy())
  }

  #end(): void {
    clearTimeout(this.#pause)
    clearTimeout(this.#packetTimer)
    this.#rules.turns.leave(this.#onTurn)
    this.#giveTurn()
    this.#held = nothing
  }
}

function join(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail
  const joined = new Uint8Array(head.length + tail.length)
  joined.set(head)
  joined.set(tail, head.length)
  return joined
}
