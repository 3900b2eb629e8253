import { createSeriesReader } from './read-series.ts'
import { openContext, type StoreOptions } from './store-context.ts'
import { tiers } from './tiers.ts'
import { createPointWriter } from './write-points.ts'

/** The present minute still grows: rolling it up now would be work for nothing. */
const settleMs = 90_000
const [raw] = tiers

/** Telemetry in SQLite files. Everything is synchronous: it belongs into a thread of its own. */
export function openStore(options: StoreOptions) {
  const context = openContext(options)
  const { files, rollUp, unsettled, keptSince } = context

  /** A part of the roll-ups that wait; answers whether there is more to do. */
  function settle(): boolean {
    const before = options.now() - settleMs
    for (const day of unsettled) {
      if (rollUp.step(files.raw.database(day), before)) return true
      if (raw.spanOf(day).to <= before) unsettled.delete(day)
    }
    return false
  }

  /** Deletes the files that are past their time, and answers their names. */
  function forget(): string[] {
    // The platform may have been off for as long as raw values are kept.
    for (const day of files.raw.within(0, keptSince(raw))) {
      while (rollUp.step(files.raw.database(day), Number.MAX_SAFE_INTEGER));
    }
    return tiers.flatMap((tier) =>
      files[tier.name].forget(keptSince(tier)).map((period) => {
        if (tier === raw) unsettled.delete(period)
        return `${tier.name}-${period}`
      }),
    )
  }

  return {
    write: createPointWriter(context),
    series: createSeriesReader(context),
    settle,
    forget,
    close() {
      for (const tier of tiers) files[tier.name].close()
      context.catalogue.close()
    },
  }
}
