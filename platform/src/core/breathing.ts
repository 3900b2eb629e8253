import { setImmediate } from 'node:timers/promises'

/** Longer than this nobody else is kept waiting. */
const breathMs = 8

/** Lets others have their turn whenever work has taken long enough; to be awaited between small pieces of it. */
export function createBreathing() {
  let since = performance.now()
  return async (): Promise<void> => {
    if (performance.now() - since < breathMs) return
    await setImmediate()
    since = performance.now()
  }
}
