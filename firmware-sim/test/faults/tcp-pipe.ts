import type { Socket } from 'node:net'
import type { Random } from '../../src/core/seeded-random.ts'

/** What happens to bytes on their way. */
export interface Weather {
  /** Every piece arrives this much later, and by chance up to `jitterMs` more; pieces never overtake each other. */
  readonly delayMs: number
  readonly jitterMs: number
  /** Of one connection in one direction; 0 is no limit. */
  readonly bytesPerSecond: number
  /** Cuts what arrives into pieces of random sizes, and joins neighbours, as networks may: TCP keeps bytes, not messages. */
  readonly isSplitting: boolean
  /** A new connection waits up to this long before it is passed on, so that later ones overtake earlier ones. */
  readonly openWithinMs: number
}

export const fairWeather: Weather = { delayMs: 0, jitterMs: 0, bytesPerSecond: 0, isSplitting: false, openWithinMs: 0 }

interface Piece {
  readonly bytes: Buffer
  readonly dueAt: number
}

interface PipeParts {
  readonly from: Socket
  readonly to: Socket
  readonly weather: () => Weather
  readonly random: Random
}

/** More than this on its way holds the sender back, like the window of a real connection. */
const windowBytes = 256 * 1024

/** One direction of one connection. */
export class TcpPipe {
  readonly #parts: PipeParts
  readonly #pieces: Piece[] = []
  #bytesUnderWay = 0
  #lastDueAt = 0
  #isRunning = false
  #hasEnded = false
  /** Bytes vanish and nobody is told, as behind a dead router. There is no way back for this connection. */
  isFrozen = false

  constructor(parts: PipeParts) {
    this.#parts = parts
    const { from, to } = parts
    from.on('data', (bytes: Buffer) => this.#take(bytes))
    from.on('end', () => {
      this.#hasEnded = true
      if (!this.#isRunning && !this.isFrozen) to.end()
    })
  }

  #take(bytes: Buffer) {
    if (this.isFrozen) return
    for (const part of this.#split(bytes)) {
      const dueAt = this.#dueAt(part.length)
      this.#pieces.push({ bytes: part, dueAt })
      this.#bytesUnderWay += part.length
    }
    if (this.#bytesUnderWay > windowBytes) this.#parts.from.pause()
    if (!this.#isRunning) void this.#run()
  }

  #dueAt(length: number): number {
    const { delayMs, jitterMs, bytesPerSecond } = this.#parts.weather()
    const arrival = performance.now() + delayMs + this.#parts.random.between(0, jitterMs)
    const takesMs = bytesPerSecond > 0 ? (length / bytesPerSecond) * 1000 : 0
    this.#lastDueAt = Math.max(arrival, this.#lastDueAt) + takesMs
    return this.#lastDueAt
  }

  #split(bytes: Buffer): Buffer[] {
    const { random, weather } = this.#parts
    if (!weather().isSplitting) return [bytes]
    const parts: Buffer[] = []
    for (let offset = 0; offset < bytes.length;) {
      // Mostly a few bytes, so that borders fall into headers; sometimes much, so that it comes to an end.
      const size = random.chance(0.7) ? random.int(1, 7) : random.int(8, 200)
      parts.push(bytes.subarray(offset, offset + size))
      offset += size
    }
    return parts
  }

  async #run() {
    this.#isRunning = true
    for (let next = this.#pieces.shift(); next !== undefined; next = this.#pieces.shift()) {
      const waitMs = next.dueAt - performance.now()
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
      await this.#pass(this.#joined(next).bytes)
    }
    this.#isRunning = false
    if (this.#hasEnded && !this.isFrozen) this.#parts.to.end()
  }

  /** Two neighbours may arrive as one. */
  #joined(piece: Piece): Piece {
    const { random, weather } = this.#parts
    if (!weather().isSplitting || !random.chance(0.3)) return piece
    const neighbour = this.#pieces.shift()
    return neighbour ? { ...neighbour, bytes: Buffer.concat([piece.bytes, neighbour.bytes]) } : piece
  }

  async #pass(bytes: Buffer) {
    const { from, to, weather } = this.#parts
    this.#bytesUnderWay -= bytes.length
    if (this.#bytesUnderWay <= windowBytes) from.resume()
    if (this.isFrozen || to.destroyed) return
    if (!to.write(bytes)) await new Promise((resolve) => void to.once('drain', resolve).once('close', resolve))
    // Written in the same turn, the pieces would leave as one packet.
    if (weather().isSplitting) await new Promise(setImmediate)
  }
}
