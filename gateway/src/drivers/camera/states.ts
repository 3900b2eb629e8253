import type { OnvifEvent } from '../../core/ports.ts'
import { activeOf, meaningOf, plainTopic, sourceOf, type State } from './events.ts'

export interface StateChange {
  readonly reading: State
  readonly active: boolean
  /** Whether areas must hear of it; a state that was there when we came is none of their business. */
  readonly news: boolean
  /** Set when nothing will tell the end: call `end` after this time. */
  readonly pulseMs?: number
  readonly source: string
}

/** Sources that one camera may have; more are an attack or a fault. */
const mostSources = 256

/** What a camera notices at the moment, over all its detectors. */
export interface CameraStates {
  /** `undefined` when the event means nothing to us. */
  take(event: OnvifEvent): StateChange | undefined
  /** Ends a pulse. */
  end(reading: State, source: string): StateChange
  /** Forgets everything: what is not told again is unknown, which is not the same as false. */
  forget(): void
  /** Known states only. */
  readings(): Readonly<Partial<Record<State, boolean>>>
}

/** `admit` is asked before something begins: when it declines, neither beginning nor end become news. */
export function createCameraStates(admit: () => boolean): CameraStates {
  const sources = new Map<string, { readonly reading: State; readonly active: boolean }>()
  /** What areas believe. */
  const told = new Map<State, boolean>()

  const isActive = (reading: State) => [...sources.values()].some((one) => one.reading === reading && one.active)

  function changed(reading: State, source: string, isNews: boolean): StateChange {
    const active = isActive(reading)
    // The end of something that we told is news, however we learn of it.
    const news = active !== (told.get(reading) ?? false) && (!active || (isNews && admit()))
    if (news) told.set(reading, active)
    return { reading, active, news, source }
  }

  return {
    take(event) {
      const topic = plainTopic(event.topic)
      const meaning = meaningOf(topic)
      if (!meaning) return undefined
      const source = sourceOf(topic, event)
      const active = event.operation === 'Deleted' ? false : activeOf(meaning, event)
      if (active === undefined || (!sources.has(source) && sources.size >= mostSources)) return undefined
      const { reading, pulseMs } = meaning
      sources.set(source, { reading, active })
      const change = changed(reading, source, event.operation !== 'Initialized')
      return active && pulseMs !== undefined ? { ...change, pulseMs } : change
    },
    end(reading, source) {
      sources.set(source, { reading, active: false })
      return changed(reading, source, true)
    },
    forget: () => sources.clear(),
    readings() {
      const known = new Set([...sources.values()].map(({ reading }) => reading))
      return Object.fromEntries([...known].map((reading) => [reading, isActive(reading)]))
    },
  }
}
