export interface TokenBucketOptions {
  readonly perSecond: number
  readonly burst: number
}

/** Admits `perSecond` on average and `burst` at once. Time comes from the caller, in milliseconds. */
export class TokenBucket {
  readonly #options: TokenBucketOptions
  #tokens: number
  #filledAt: number

  constructor(options: TokenBucketOptions, now: number) {
    this.#options = options
    this.#tokens = options.burst
    this.#filledAt = now
  }

  /** Takes one and answers 0, or answers how many milliseconds are missing to the next one. */
  take(now: number): number {
    const { perSecond, burst } = this.#options
    const elapsedMs = Math.max(0, now - this.#filledAt)
    this.#tokens = Math.min(burst, this.#tokens + (elapsedMs * perSecond) / 1000)
    this.#filledAt = now
    if (this.#tokens >= 1) {
      this.#tokens -= 1
      return 0
    }
    return ((1 - this.#tokens) * 1000) / perSecond
  }
}
