import type { AreaEventBody, NewAreaEvent } from '@gatehouse/platform/contract'
import type { Clock, Logger, SpoolDrop, StateStore } from './ports.ts'

interface TelemetryLossOptions {
  readonly store: Pick<StateStore, 'commit' | 'entries'>
  readonly clock: Clock
  readonly logger: Logger
}

/** One stretch of losses, from the first to the end of the need; JSON. */
interface Episode {
  readonly count: number
  readonly from: number
  readonly to: number
  readonly reason: SpoolDrop['reason']
  /** When something was last dropped, and when people were last told. */
  readonly droppedAt: number
  readonly toldAt?: number
}

interface Totals {
  readonly dropped: number
  readonly from?: number
  readonly to?: number
}

const stateArea = 'telemetry-loss'
/** People need to hear that it goes on, not of every file. */
const tellEveryMs = 3_600_000
/** A spool that dropped nothing for so long has room again. */
const overAfterMs = 10 * 60_000
const lookEveryMs = 5000

function withDrop(episode: Episode | undefined, drop: SpoolDrop, now: number): Episode {
  const { lines: count, from, to, reason } = drop
  if (!episode) return { count, from, to, reason, droppedAt: now }
  return { ...episode, count: episode.count + count, to: Math.max(episode.to, to), reason, droppedAt: now }
}

const isOver = ({ droppedAt }: Episode, now: number) => now - droppedAt >= overAfterMs
const isDue = ({ toldAt = -Infinity }: Episode, now: number) => now - toldAt >= tellEveryMs

const bodyOf = ({ count, from, to, reason }: Episode, over: boolean): AreaEventBody<'telemetry.dropped'> => ({
  ...{ count, from, to, reason, over },
})

/** Keeps count of telemetry that had to make room, and tells people: once at the beginning, hourly, at the end. */
export async function startTelemetryLoss({ store, clock, logger }: TelemetryLossOptions) {
  const stored = await store.entries(stateArea)
  let totals = (stored.get('totals') ?? { dropped: 0 }) as Totals
  let episode = stored.get('episode') as Episode | undefined
  let isWritten = true
  let writing: Promise<void> = Promise.resolve()

  function note(drop: SpoolDrop) {
    if (drop.lines === 0) return
    episode = withDrop(episode, drop, clock.now())
    totals = { dropped: totals.dropped + drop.lines, from: drop.from, to: drop.to }
    isWritten = false
    void look()
  }

  /** State and event are one commit: what was told is told once, also when the power fails. */
  async function commit(next: Episode | undefined, events: readonly NewAreaEvent[]) {
    isWritten = true
    const state = [
      { area: stateArea, key: 'totals', value: totals },
      { area: stateArea, key: 'episode', value: next },
    ]
    await store.commit({ state, events }).catch((error: unknown) => {
      isWritten = false
      throw error
    })
  }

  async function write() {
    if (!episode) return
    const now = clock.now()
    const [before, over] = [episode, isOver(episode, now)]
    const tells = over || isDue(before, now)
    if (isWritten && !tells) return
    const next = over ? undefined : { ...before, ...(tells && { toldAt: now }) }
    await commit(next, tells ? [{ type: 'telemetry.dropped', at: now, body: bodyOf(before, over) }] : [])
    // More may have gone meanwhile.
    if (episode === before) episode = next
    else if (tells) episode = { ...episode, toldAt: now }
  }

  function look(): Promise<void> {
    writing = writing
      .then(write)
      .catch((error: unknown) => logger.warn({ err: error }, 'loss of telemetry not told yet'))
    return writing
  }
  const timer = setInterval(() => void look(), lookEveryMs)

  return {
    note,
    look,
    /** Points lost ever, and when the last of them had come in. */
    totals: () => totals,
    async close() {
      clearInterval(timer)
      await look()
    },
  }
}

export type TelemetryLossWatch = Awaited<ReturnType<typeof startTelemetryLoss>>
