import type { StoreContext } from './store-context.ts'
import { ceilTo, floorTo, tiers, type Tier } from './tiers.ts'

export interface SeriesQuery {
  readonly deviceId: string
  readonly kind: string
  readonly reading: string
  /** Without it the values of every gateway that the device ever stood behind. */
  readonly gatewayId?: string | undefined
  readonly from: number
  readonly to: number
  readonly intervalMs: number
}

/** One interval that holds something. */
export interface Aggregate {
  readonly at: number
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
}

const [raw, , hour] = tiers
const rolledUp = 'sum(count) AS count, sum(sum) AS sum, min(min) AS min, max(max) AS max FROM buckets'
const sources: Readonly<Record<Tier['name'], string>> = {
  raw: 'count(*) AS count, sum(value) AS sum, min(value) AS min, max(value) AS max FROM points',
  minute: rolledUp,
  hour: rolledUp,
}
const select = (tier: Tier) =>
  `SELECT at - at % ? AS at, ${sources[tier.name]} WHERE series = ? AND at >= ? AND at < ? GROUP BY 1`

const merge = (a: Aggregate, b: Aggregate): Aggregate => ({
  at: a.at,
  count: a.count + b.count,
  sum: a.sum + b.sum,
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
})

export function createSeriesReader({ files, catalogue, rollUp, unsettled, keptSince }: StoreContext) {
  function settle(series: number, from: number, to: number) {
    for (const day of files.raw.within(from, to)) {
      if (!unsettled.has(day)) continue
      while (rollUp.step(files.raw.database(day), Number.MAX_SAFE_INTEGER, series));
    }
  }

  function readTier(tier: Tier, series: number, query: SeriesQuery): Aggregate[] {
    const from = floorTo(query.from, tier.stepMs)
    const to = ceilTo(query.to, tier.stepMs)
    if (tier !== raw) settle(series, from, to)
    return files[tier.name]
      .within(from, to)
      .flatMap((period) =>
        files[tier.name]
          .database(period)
          .prepare<[number, number, number, number], Aggregate>(select(tier))
          .all(query.intervalMs, series, from, to),
      )
  }

  /** The coarsest tier that gives exact intervals; what it no longer has comes from the next coarser one. */
  function readSeries(series: number, query: SeriesQuery): Aggregate[] {
    const fitting = tiers.findLastIndex((tier) => query.intervalMs % tier.stepMs === 0)
    const found: Aggregate[] = []
    let { to } = query
    for (const tier of tiers.slice(fitting)) {
      const from = Math.max(query.from, tier === hour ? 0 : keptSince(tier))
      if (from < to) found.push(...readTier(tier, series, { ...query, from, to }))
      to = Math.min(to, from)
    }
    return found
  }

  return function read(query: SeriesQuery): Aggregate[] {
    const merged = new Map<number, Aggregate>()
    for (const found of catalogue.find(query).flatMap((series) => readSeries(series, query))) {
      const other = merged.get(found.at)
      merged.set(found.at, other ? merge(other, found) : found)
    }
    return [...merged.values()].sort((a, b) => a.at - b.at)
  }
}
