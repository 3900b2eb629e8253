import type { BaseLogger } from 'pino'
import type { TelemetryReader, TelemetryWriter } from '../telemetry.service.ts'
import type { StoreSettings } from './messages.ts'
import { startStoreThread } from './store-thread.ts'

export interface EmbeddedOptions {
  readonly folder: string
  readonly logger: Pick<BaseLogger, 'error'>
  readonly retentionDays?: StoreSettings['retentionDays']
  readonly maxSeries?: number
}

/** Raw values for a month, minutes for a year and a bit, hours for five years. */
const defaultRetention = { raw: 30, minute: 400, hour: 1830 }
const defaultMaxSeries = 200_000

/** Telemetry without an InfluxDB server. */
export function startEmbeddedTelemetry(
  options: EmbeddedOptions,
): TelemetryReader & TelemetryWriter & { close(): Promise<void> } {
  const { folder, retentionDays = defaultRetention, maxSeries = defaultMaxSeries } = options
  const thread = startStoreThread({ folder, retentionDays, maxSeries }, options.logger)
  return {
    write: (body) => thread.ask('write', body, body.body.length),
    async series(query) {
      const found = await thread.ask('series', query)
      return found.map(({ at, count, sum, min, max }) => ({ at, mean: sum / count, min, max, count }))
    },
    close: () => thread.close(),
  }
}
