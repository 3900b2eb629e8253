import type { Logger } from './ports.ts'

export interface WatchdogOptions {
  /** How often it looks; whoever waits for its word waits at least twice as long. */
  readonly everyMs: number
  /** What must answer, by name. */
  readonly checks: Readonly<Record<string, () => Promise<unknown>>>
  /** Tells the service manager that all is well. */
  readonly ping: () => Promise<void>
  readonly logger: Logger
}

/** Rejects when the work takes longer. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Says that all is well as long as it is: the event loop turns and everything that is checked answers in time.
 * Whoever hears nothing any more starts the gateway anew.
 */
export function startWatchdog({ everyMs, checks, ping, logger }: WatchdogOptions) {
  let looking: Promise<void> | undefined

  async function ask(check: () => Promise<unknown>): Promise<unknown> {
    try {
      await within(everyMs, check())
      return undefined
    } catch (error) {
      return error
    }
  }

  async function look() {
    const answers = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await ask(check)] as const),
    )
    const failed = answers.filter(([, problem]) => problem !== undefined)
    for (const [name, problem] of failed) logger.error({ err: problem, check: name }, 'watchdog gets no answer')
    if (failed.length === 0) await ping()
  }

  function lookOnce() {
    looking ??= look()
      .catch((error: unknown) => logger.error({ err: error }, 'service manager not told that all is well'))
      .finally(() => (looking = undefined))
  }
  const timer = setInterval(lookOnce, everyMs)
  return {
    async close() {
      clearInterval(timer)
      await looking
    },
  }
}
