import { AppError } from '../errors.ts'
import { keepAlive, type KeptAlive, type Live } from './keep-alive.ts'
import { createPartStates, steadyMs, type PartStatesOptions } from './part-states.ts'
import { backoff, delay } from './retry.ts'

export interface PartsOptions extends PartStatesOptions {
  /** Runs code so that what it fails on later, in a timer or an event, can be laid at the part's door. */
  readonly within: <T>(part: string, code: () => T) => T
  /** Replaced in tests. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

const retry = { firstMs: 250, maxMs: 30_000 }
/** A part that crashes more often is no longer helped by starting it again. */
const maxCrashes = 10

/** The parts of the gateway: each is watched, and started again alone when it dies. */
export function createParts(options: PartsOptions) {
  const { clock, within, wait = delay } = options
  const states = createPartStates(options)
  const kept = new Map<string, KeptAlive<unknown>>()
  const crashes = new Map<string, number>()

  /** Starts a part and keeps it running. Resolves when the first attempt has ended, well or not. */
  async function keep<T>(part: string, open: (signal: AbortSignal) => Promise<Live<T>>): Promise<KeptAlive<T>> {
    const told = states.watch(part)
    const first = Promise.withResolvers<unknown>()
    const alive = within(part, () =>
      keepAlive<T>({
        open,
        onUp() {
          told.up()
          first.resolve(undefined)
        },
        onDown(reason) {
          told.down(reason, 'restarting')
          first.resolve(reason)
        },
        waitMs: (_reason, attempt) => backoff({ ...retry, attempt, random: Math.random }),
        steadyMs,
        now: () => clock.now(),
        delay: wait,
      }),
    )
    kept.set(part, alive)
    const failure = await first.promise
    if (failure instanceof AppError) {
      // What we refuse ourselves is not mended by waiting.
      await alive.stop()
      throw failure
    }
    return {
      ...alive,
      async stop() {
        kept.delete(part)
        await alive.stop()
        told.stopped()
      },
    }
  }

  return {
    ...states,
    keep,
    /** An error that nobody has caught. Answers whether starting the part again sets it right. */
    crashed(part: string | undefined, error: unknown): boolean {
      if (part === undefined) return false
      const count = (crashes.get(part) ?? 0) + 1
      crashes.set(part, count)
      return count <= maxCrashes && kept.get(part)?.drop(error) === true
    },
  }
}

export type Parts = ReturnType<typeof createParts>
