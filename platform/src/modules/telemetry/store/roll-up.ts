import type { Database } from 'better-sqlite3'
import type { PeriodFiles } from './period-files.ts'
import { floorTo, hourMs, minuteMs, type Tier } from './tiers.ts'

interface Bucket {
  readonly series: number
  readonly at: number
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
}

/** Minutes that are rolled up in one step; readers and writers come in between. */
const stepSize = 2000

const minutesOf = (chosen: string) => `
  SELECT stale.series AS series, stale.at AS at, count(*) AS count, sum(value) AS sum, min(value) AS min, max(value) AS max
  FROM (SELECT series, at FROM stale WHERE ${chosen} LIMIT ${stepSize}) AS stale
  JOIN points ON points.series = stale.series AND points.at >= stale.at AND points.at < stale.at + ${minuteMs}
  GROUP BY stale.series, stale.at`
/** Two statements, because each has its own way through the index. */
const selectAll = minutesOf('at < ?')
const selectSeries = minutesOf('at < ? AND series = ?')
const selectHour = `
  SELECT series, CAST(? AS INTEGER) AS at, sum(count) AS count, sum(sum) AS sum, min(min) AS min, max(max) AS max
  FROM buckets WHERE series = ? AND at >= ? AND at < ? GROUP BY series`
const upsert = 'INSERT OR REPLACE INTO buckets (series, at, count, sum, min, max) VALUES (?, ?, ?, ?, ?, ?)'

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

/** Buckets are computed anew from what lies below them, so doing it twice, or for a late point, is right. */
export function createRollUp(
  files: Readonly<Record<Tier['name'], PeriodFiles>>,
  tiers: Readonly<Record<Tier['name'], Tier>>,
) {
  function put(tier: 'minute' | 'hour', buckets: readonly Bucket[]) {
    for (const [period, group] of groupBy(buckets, ({ at }) => tiers[tier].periodOf(at))) {
      const database = files[tier].database(period)
      const statement = database.prepare(upsert)
      database.transaction(() => {
        for (const { series, at, count, sum, min, max } of group) statement.run(series, at, count, sum, min, max)
      })()
    }
  }

  function hoursOf(minutes: readonly Bucket[]): Bucket[] {
    const touched = groupBy(minutes, ({ series, at }) => `${series}/${floorTo(at, hourMs)}`)
    return [...touched.values()].flatMap(([first]) => {
      if (!first) return []
      const hour = floorTo(first.at, hourMs)
      const select = files.minute.databaseAt(hour).prepare<[number, number, number, number], Bucket>(selectHour)
      return select.get(hour, first.series, hour, hour + hourMs) ?? []
    })
  }

  /** One step through a day's stale minutes below `before`; answers whether there is more to do. */
  function step(raw: Database, before: number, series?: number): boolean {
    const minutes =
      series === undefined
        ? raw.prepare<[number], Bucket>(selectAll).all(before)
        : raw.prepare<[number, number], Bucket>(selectSeries).all(before, series)
    put('minute', minutes)
    put('hour', hoursOf(minutes))
    // Last of all: a crash before this line only means that the work is done again.
    const done = raw.prepare('DELETE FROM stale WHERE series = ? AND at = ?')
    raw.transaction(() => {
      for (const bucket of minutes) done.run(bucket.series, bucket.at)
    })()
    return minutes.length === stepSize
  }

  return { step }
}
