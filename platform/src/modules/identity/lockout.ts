/** Attempts that anybody may get wrong. */
const free = 5
const firstLockMs = 30_000
const longestLockMs = 15 * 60_000
/** Older failures are forgotten. */
export const failureMemoryMs = 60 * 60_000

export interface Failures {
  readonly failures: number
  readonly lastAt: number
}

/** Counts one more failure and says until when nobody is let in: 30 s after the fifth, then doubled each time. */
export function afterFailure(before: Failures | undefined, now: number) {
  const recent = before && now - before.lastAt < failureMemoryMs ? before.failures : 0
  const failures = recent + 1
  const over = failures - free
  const lockMs = over < 0 ? 0 : Math.min(firstLockMs * 2 ** over, longestLockMs)
  return { failures, lastAt: now, lockedUntil: now + lockMs }
}
