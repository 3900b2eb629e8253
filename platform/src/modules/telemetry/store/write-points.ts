import type { TelemetryNumber } from '../telemetry-points.ts'
import type { StoreContext } from './store-context.ts'
import { floorTo, minuteMs, tiers } from './tiers.ts'

type Numbered = readonly [series: number, point: TelemetryNumber]

const [raw] = tiers

export function createPointWriter({ files, catalogue, unsettled, keptSince }: StoreContext) {
  function writeDay(day: string, points: readonly Numbered[]) {
    const database = files.raw.database(day)
    const put = database.prepare('INSERT OR REPLACE INTO points (series, at, value) VALUES (?, ?, ?)')
    const mark = database.prepare('INSERT OR IGNORE INTO stale (series, at) VALUES (?, ?)')
    database.transaction(() => {
      for (const [series, { at, value }] of points) {
        put.run(series, at, value)
        mark.run(series, floorTo(at, minuteMs))
      }
    })()
    unsettled.add(day)
  }

  /** Durable when it returns. Writing the same again changes nothing. Answers what was not stored, and why. */
  return function write(points: readonly TelemetryNumber[]): ReadonlyMap<TelemetryNumber, string> {
    const refused = new Map<TelemetryNumber, string>()
    const days = new Map<string, Numbered[]>()
    const oldest = keptSince(raw)
    for (const point of points) {
      const series = point.at < oldest ? undefined : catalogue.numberOf(point)
      if (series === undefined) {
        refused.set(point, point.at < oldest ? 'older than what is kept' : 'too many series')
        continue
      }
      const day = raw.periodOf(point.at)
      const group = days.get(day)
      if (group) group.push([series, point])
      else days.set(day, [[series, point]])
    }
    for (const [day, group] of days) writeDay(day, group)
    return refused
  }
}
