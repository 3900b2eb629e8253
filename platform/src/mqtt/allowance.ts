export interface AllowanceOptions {
  readonly perSecond: number
  readonly burst: number
}

/**
 * What somebody may use, on average and at once. Unlike a bucket that is asked first, it may be overdrawn by what
 * turns out to have been used, and is asked before the next time. Time comes from the caller, in milliseconds.
 */
export class Allowance {
  readonly #options: AllowanceOptions
  #left: number
  #filledAt: number

  constructor(options: AllowanceOptions, now: number) {
    this.#options = options
    this.#left = options.burst
    this.#filledAt = now
  }

  /** How much may be used now; negative when more was used than allowed. */
  left(now: number): number {
    const { perSecond, burst } = this.#options
    const elapsedMs = Math.max(0, now - this.#filledAt)
    this.#left = Math.min(burst, this.#left + (elapsedMs * perSecond) / 1000)
    this.#filledAt = now
    return this.#left
  }

  use(amount: number): void {
    this.#left -= amount
  }

  /** Milliseconds until one may be used. */
  waitMs(now: number): number {
    return Math.max(0, ((1 - this.left(now)) * 1000) / this.#options.perSecond)
  }

  /** Nothing is owed: as good as new. */
  isFull(now: number): boolean {
    return this.left(now) >= this.#options.burst
  }
}
