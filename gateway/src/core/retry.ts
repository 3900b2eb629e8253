export interface Backoff {
  readonly firstMs: number
  readonly maxMs: number
  /** 0 for the first wait. */
  readonly attempt: number
  /** 0 ≤ x < 1, like `Math.random`. */
  readonly random: () => number
  /** How much of the wait is left to chance: its second half, or all of it. */
  readonly jitter?: 'half' | 'full'
}

/**
 * How long to wait before the next try: doubles up to `maxMs`, of which a part is left to chance,
 * so that a street of devices that went down together does not come back in step.
 */
export function backoff({ firstMs, maxMs, attempt, random, jitter = 'half' }: Backoff): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(Math.max(0, attempt), 30))
  const least = jitter === 'full' ? 0 : ceiling / 2
  return Math.round(least + (ceiling - least) * random())
}

/** Waits, or ends at once (without an error) when the signal is aborted: look at the signal afterwards. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve()
      return
    }
    const finish = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal?.addEventListener('abort', finish, { once: true })
  })
}
