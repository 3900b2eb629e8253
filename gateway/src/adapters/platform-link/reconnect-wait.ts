import { backoff } from '../../core/retry.ts'

const firstMs = 500
/** Somebody may be waiting at the console for the compound to come back. */
const maxMs = 5_000

/** How long to wait before the next connection: all of it is left to chance, for a whole street is waiting. */
export const reconnectWait = (attempt: number, random: () => number) =>
  backoff({ firstMs, maxMs, attempt, random, jitter: 'full' })
