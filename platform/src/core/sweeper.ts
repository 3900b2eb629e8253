import type { BaseLogger } from 'pino'

/** Runs a chore again and again with a pause between; a chore that fails is logged and tried again. */
export function startSweeper(options: {
  readonly everyMs: number
  readonly chore: () => Promise<void>
  readonly logger: Pick<BaseLogger, 'error'>
}) {
  let running = Promise.resolve()
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  function plan() {
    if (stopped) return
    timer = setTimeout(() => {
      running = options
        .chore()
        .catch((error: unknown) => options.logger.error({ err: error }, 'periodic work failed'))
        .then(plan)
    }, options.everyMs)
  }
  plan()

  return {
    /** Resolves when the present run has ended. */
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
