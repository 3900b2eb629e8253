import type { NewAreaEvent } from '@gatehouse/platform/contract'
import { createPartContext } from './adapters/part-context.ts'
import type { Live } from './core/keep-alive.ts'
import { createParts } from './core/parts.ts'
import type { Clock, Logger, Repair, StateStore } from './core/ports.ts'

interface SupervisionOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly onRestart: (part: string) => void
  readonly onRepaired: (what: Repair['what']) => void
}

interface Closing {
  close(): Promise<void>
}

/** What a listener or a loop is to whoever keeps it running. */
export const live = <T extends Closing>(value: T, lost: Promise<unknown>): Live<T> => ({
  value,
  lost,
  close: () => value.close(),
})

/** Tells the platform; what happens before there is a store is told then. */
function createTelling(logger: Logger) {
  let store: Pick<StateStore, 'commit'> | undefined
  const waiting: NewAreaEvent[] = []
  function tell(event: NewAreaEvent) {
    if (store)
      store.commit({ events: [event] }).catch((error: unknown) => logger.error({ err: error }, 'event not stored'))
    else waiting.push(event)
  }
  return {
    tell,
    tellThrough(next: Pick<StateStore, 'commit'>) {
      store = next
      for (const event of waiting.splice(0)) tell(event)
    },
  }
}

/** Watches over the parts of the gateway, tells of what does not work, and says when only a new start helps. */
export function createSupervision({ clock, logger, onRestart, onRepaired }: SupervisionOptions) {
  const context = createPartContext()
  const telling = createTelling(logger)
  const failed = Promise.withResolvers<Error>()
  const at = () => clock.now()
  const parts = createParts({
    clock,
    logger,
    within: context.within,
    onRestart,
    onFailing: (body) => telling.tell({ type: 'devices.gateway-part-failing', at: at(), body: { ...body } }),
  })
  let isRunning = false

  return {
    watch: (part: string) => parts.watch(part),
    keep: parts.keep,
    report: parts.report,
    tellThrough(store: Pick<StateStore, 'commit'>) {
      telling.tellThrough(store)
      isRunning = true
    },
    /** Something stored was damaged. In the midst of work, memory and disk may differ from then on. */
    repaired: (repair: Repair) => {
      const { what, problem, action, isIncomplete } = repair
      onRepaired(what)
      telling.tell({
        type: 'devices.gateway-repaired',
        at: at(),
        body: { what, problem, action, lossPossible: isIncomplete },
      })
      if (isRunning && what === 'database' && isIncomplete) failed.resolve(new Error(problem))
    },
    /** An error that nobody has caught: the part that it belongs to starts again, or else the whole gateway must. */
    crashed: (error: unknown) => {
      const part = context.partOf(error)
      const isHelped = parts.crashed(part, error)
      logger.error({ err: error, part, isHelped }, 'an error was not caught')
      if (!isHelped) failed.resolve(error instanceof Error ? error : new Error(String(error)))
    },
    /** Resolves when the gateway cannot go on as it is. */
    failed: failed.promise,
  }
}

export type Supervision = ReturnType<typeof createSupervision>
