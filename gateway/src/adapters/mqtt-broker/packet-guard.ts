import type { Socket } from 'node:net'

export interface PacketLimits {
  /** CONNECT: four short strings and a will. It comes from somebody who is not known yet. */
  readonly maxConnectBytes: number
  readonly maxPacketBytes: number
}

const connect = 1
const withPacketId = new Set([8, 10]) // SUBSCRIBE, UNSUBSCRIBE: the broker library does not check theirs
const disconnect = 14

/**
 * Walks over fixed headers as bytes arrive, without copying: the broker library has no size limit and would
 * collect a packet of 256 MB in memory before it looks at it, even from somebody who never signed in.
 */
export class PacketGuard {
  readonly #limits: PacketLimits
  /** Bytes of the present fixed header so far; 0 between two packets. */
  #headerBytes = 0
  #type = 0
  #length = 0
  /** Bytes of the present packet that are still to come. */
  #remaining = 0
  #packetId: number | undefined
  #packets = 0
  #saidGoodbye = false

  constructor(limits: PacketLimits) {
    this.#limits = limits
  }

  /** Whether DISCONNECT was seen: the client leaves on purpose. */
  get saidGoodbye(): boolean {
    return this.#saidGoodbye
  }

  /** Answers why the connection must end, if it must. */
  check(chunk: Uint8Array): string | undefined {
    let offset = 0
    while (offset < chunk.length) {
      if (this.#remaining > 0 && this.#packetId === undefined) {
        const skipped = Math.min(this.#remaining, chunk.length - offset)
        this.#remaining -= skipped
        offset += skipped
        continue
      }
      const problem =
        this.#remaining > 0 ? this.#readPacketId(chunk[offset] ?? 0) : this.#readHeader(chunk[offset] ?? 0)
      if (problem !== undefined) return problem
      offset += 1
    }
    return undefined
  }

  #readHeader(byte: number): string | undefined {
    if (this.#headerBytes === 0) {
      this.#type = byte >> 4
      this.#length = 0
    } else {
      this.#length += (byte & 0x7f) * 128 ** (this.#headerBytes - 1)
    }
    this.#headerBytes += 1
    if (this.#headerBytes === 1) return undefined
    if (byte & 0x80) return this.#headerBytes === 5 ? 'malformed' : undefined // [MQTT-2.2.3]
    this.#headerBytes = 0
    this.#remaining = this.#length
    this.#packetId = withPacketId.has(this.#type) && this.#length >= 2 ? -1 : undefined
    return this.#problemOfPacket()
  }

  #problemOfPacket(): string | undefined {
    this.#packets += 1
    if (this.#type === disconnect) this.#saidGoodbye = true
    if (this.#packets > 1) return this.#length > this.#limits.maxPacketBytes ? 'too-large' : undefined
    if (this.#type !== connect) return 'malformed' // [MQTT-3.1.0-1]
    return this.#length > this.#limits.maxConnectBytes ? 'too-large' : undefined
  }

  #readPacketId(byte: number): string | undefined {
    this.#remaining -= 1
    if (this.#packetId === -1) {
      this.#packetId = byte
      return undefined
    }
    const isZero = this.#packetId === 0 && byte === 0
    this.#packetId = undefined
    return isZero ? 'malformed' : undefined // [MQTT-2.3.1-1]
  }
}

/** Puts a guard in front of whoever reads the socket. */
export function guardSocket(socket: Socket, limits: PacketLimits, onRefused: (reason: string) => void): PacketGuard {
  const guard = new PacketGuard(limits)
  const read = socket.read.bind(socket) as (size?: number) => unknown
  socket.read = (size?: number) => {
    const chunk = read(size)
    if (!(chunk instanceof Uint8Array)) return chunk
    const problem = guard.check(chunk)
    if (problem === undefined) return chunk
    onRefused(problem)
    socket.destroy()
    return null
  }
  return guard
}
