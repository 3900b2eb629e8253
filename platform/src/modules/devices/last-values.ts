import type { Readings } from '../../contract/index.ts'

export interface Report {
  readonly at: number
  readonly readings: Readings
}

interface Latest {
  readonly compoundId: string
  at: number
  readonly readings: Record<string, Readings[string]>
}

/** A kind has a few dozen readings; a gateway that invents more names fills no memory here. */
const mostReadings = 200

/** The last value of every reading of every device that was heard of, and what changed since somebody asked. */
export function createLastValues() {
  const known = new Map<string, Latest>()
  const changed = new Map<string, Record<string, Readings[string]>>()

  return {
    compoundOf: (deviceId: string) => known.get(deviceId)?.compoundId,
    get: (deviceId: string) => known.get(deviceId),

    learn(deviceId: string, compoundId: string, { at, readings }: Report) {
      known.set(deviceId, { compoundId, at, readings: { ...readings } })
    },

    /** A device that was not learned before is passed over. */
    take(deviceId: string, { at, readings }: Report) {
      const latest = known.get(deviceId)
      if (!latest) return
      const news = changed.get(deviceId) ?? {}
      for (const [name, value] of Object.entries(readings)) {
        if (latest.readings[name] === value) continue
        if (!Object.hasOwn(latest.readings, name) && Object.keys(latest.readings).length >= mostReadings) continue
        latest.readings[name] = news[name] = value
      }
      latest.at = Math.max(latest.at, at)
      if (Object.keys(news).length > 0) changed.set(deviceId, news)
    },

    /** What changed since the last call. */
    takeChanges() {
      const changes = [...changed]
      changed.clear()
      return changes
    },
  }
}

export type LastValues = ReturnType<typeof createLastValues>

/** Several reports of one device become one: the later value counts. */
export function mergeReports(before: Report | undefined, { at, readings }: Report): Report {
  return before ? { at: Math.max(at, before.at), readings: { ...before.readings, ...readings } } : { at, readings }
}
