import { openCatalogue, type Catalogue } from './catalogue.ts'
import { createPeriodFiles, type PeriodFiles } from './period-files.ts'
import { createRollUp } from './roll-up.ts'
import { dayMs, tiers, type Tier } from './tiers.ts'

/** Days that each tier is kept. */
export type Retention = Readonly<Record<Tier['name'], number>>

export interface StoreOptions {
  readonly folder: string
  readonly retentionDays: Retention
  readonly maxSeries: number
  readonly now: () => number
}

/** What reading, writing and tidying of the store share. */
export interface StoreContext {
  readonly files: Readonly<Record<Tier['name'], PeriodFiles>>
  readonly catalogue: Catalogue
  readonly rollUp: ReturnType<typeof createRollUp>
  /** Days with minutes that may wait for their roll-up; after a start that is all of them. */
  readonly unsettled: Set<string>
  /** Start of the oldest whole period that is kept. */
  readonly keptSince: (tier: Tier) => number
}

export function openContext({ folder, retentionDays, maxSeries, now }: StoreOptions): StoreContext {
  const [raw, minute, hour] = tiers
  const files = {
    raw: createPeriodFiles(folder, raw),
    minute: createPeriodFiles(folder, minute),
    hour: createPeriodFiles(folder, hour),
  }
  return {
    files,
    catalogue: openCatalogue(folder, maxSeries),
    rollUp: createRollUp(files, { raw, minute, hour }),
    unsettled: new Set(files.raw.within(0, Number.POSITIVE_INFINITY)),
    keptSince: (tier) => tier.spanOf(tier.periodOf(now() - retentionDays[tier.name] * dayMs)).from,
  }
}
