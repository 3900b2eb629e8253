import type { TokenBucket } from '../../core/token-bucket.ts'

type Acknowledge = (error?: Error) => void

interface Slot {
  readonly accept: () => Promise<void>
  readonly acknowledge: Acknowledge
  settled: boolean
  error: Error | undefined
}

/**
 * The messages of one connection: admitted at the rate of its bucket, acknowledged in order of arrival
 * [MQTT-4.6.0-2] although they become durable in any order. The broker library reads on only when everything
 * it has read is acknowledged, so waiting here slows the sender down instead of filling memory.
 */
export class Inbox {
  readonly #bucket: TokenBucket
  readonly #onSlowedDown: () => void
  readonly #started: Slot[] = []
  readonly #waiting: Slot[] = []
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(bucket: TokenBucket, onSlowedDown: () => void) {
    this.#bucket = bucket
    this.#onSlowedDown = onSlowedDown
  }

  push(accept: () => Promise<void>, acknowledge: Acknowledge): void {
    if (this.#closed) return
    this.#waiting.push({ accept, acknowledge, settled: false, error: undefined })
    if (this.#timer === undefined) this.#admit()
  }

  /** Forgets what was not yet admitted; nobody is left to acknowledge it to. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#waiting.length = 0
  }

  #admit(): void {
    this.#timer = undefined
    for (let slot = this.#waiting[0]; slot !== undefined; slot = this.#waiting[0]) {
      const waitMs = this.#bucket.take(performance.now())
      if (waitMs > 0) {
        this.#onSlowedDown()
        this.#timer = setTimeout(() => this.#admit(), Math.ceil(waitMs))
        return
      }
      this.#waiting.shift()
      this.#start(slot)
    }
  }

  #start(slot: Slot): void {
    this.#started.push(slot)
    slot.accept().then(
      () => this.#settle(slot, undefined),
      (reason: unknown) => this.#settle(slot, reason instanceof Error ? reason : new Error(String(reason))),
    )
  }

  #settle(slot: Slot, error: Error | undefined): void {
    slot.settled = true
    slot.error = error
    while (this.#started[0]?.settled) {
      const { acknowledge, error: failure } = this.#started[0]
      this.#started.shift()
      acknowledge(failure)
    }
  }
}
