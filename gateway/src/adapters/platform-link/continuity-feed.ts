import type { ContinuityMessage, ContinuityReporter } from '../../core/continuity-report.ts'
import type { Logger } from '../../core/ports.ts'
import { delay } from '../../core/retry.ts'

export interface ContinuityFeed {
  /** Knows what was told over one connection. */
  readonly reporter: () => ContinuityReporter
  readonly everyMs: number
}

interface FeedLine {
  readonly send: (message: ContinuityMessage) => Promise<void>
  readonly logger: Pick<Logger, 'warn'>
}

/** Tells the platform what is kept and what is missing, for as long as one connection lasts. */
export async function feedContinuity(
  { reporter, everyMs }: ContinuityFeed,
  { send, logger }: FeedLine,
  signal: AbortSignal,
): Promise<void> {
  const mine = reporter()
  while (!signal.aborted) {
    await mine.tell(send, signal).catch((error: unknown) => {
      if (!signal.aborted) logger.warn({ err: error }, 'the platform was not told what waits')
    })
    await delay(everyMs, signal)
  }
}
