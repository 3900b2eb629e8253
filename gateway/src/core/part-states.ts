import type { Clock, Logger } from './ports.ts'

/**
 * `failing`: it runs, but the last thing it was asked for did not work.
 * `restarting`: it does not run and is started again.
 */
export type PartState = 'starting' | 'running' | 'failing' | 'restarting' | 'stopped'

export interface PartReport {
  readonly state: PartState
  readonly since: number
  readonly restarts: number
  /** What was wrong last, in words. */
  readonly problem?: string
}

/** Told to people when a part does not come to rest. */
export interface FailingPart {
  readonly part: string
  readonly problem: string
  readonly failures: number
}

export interface PartWatch {
  up(): void
  /** It works no more, or not as it should; it sees to itself. */
  down(reason: unknown, state?: 'failing' | 'restarting'): void
  stopped(): void
}

export interface PartStatesOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly onRestart?: ((part: string) => void) | undefined
  readonly onFailing?: ((failing: FailingPart) => void) | undefined
}

/** A part that ran for so long is well again. */
export const steadyMs = 60_000
/** So many failures without a good run between them are no accident. */
const alarmingFailures = 3

interface Entry {
  state: PartState
  since: number
  restarts: number
  failures: number
  problem?: string
}

const problemOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason)).slice(0, 300)

/** How each part of the gateway is doing, as its keeper tells. */
export function createPartStates({ clock, logger, onRestart, onFailing }: PartStatesOptions) {
  const entries = new Map<string, Entry>()

  function become(entry: Entry, state: PartState) {
    if (entry.state !== state) entry.since = clock.now()
    entry.state = state
  }

  function failed(part: string, entry: Entry, reason: unknown) {
    const wasSteady = entry.state === 'running' && clock.now() - entry.since >= steadyMs
    entry.failures = wasSteady ? 1 : entry.failures + 1
    entry.problem = problemOf(reason)
    const { problem, failures } = entry
    if (failures !== 1 && failures !== alarmingFailures) return
    logger.error({ err: reason, part, failures }, 'a part of the gateway does not work')
    if (failures === alarmingFailures) onFailing?.({ part, problem, failures })
  }

  return {
    watch(part: string): PartWatch {
      const entry: Entry = { state: 'starting', since: clock.now(), restarts: 0, failures: 0 }
      entries.set(part, entry)
      return {
        up() {
          if (entry.state === 'running') return
          if (entry.failures > 0) logger.info({ part }, 'a part of the gateway works again')
          if (entry.state === 'restarting') {
            entry.restarts += 1
            onRestart?.(part)
          }
          become(entry, 'running')
        },
        down(reason, state = 'failing') {
          failed(part, entry, reason)
          become(entry, state)
        },
        stopped: () => become(entry, 'stopped'),
      }
    },
    report: (): Readonly<Record<string, PartReport>> =>
      Object.fromEntries(
        Array.from(entries, ([part, { state, since, restarts, problem }]) => [
          part,
          { state, since, restarts, ...(problem !== undefined && { problem }) },
        ]),
      ),
  }
}
