import { join } from 'node:path'
import type { BaseLogger } from 'pino'
import type { PlatformConfig } from './config.ts'
import { createInfluxReader } from './modules/telemetry/influx-reader.ts'
import type { InfluxSettings } from './modules/telemetry/influx-settings.ts'
import { createInfluxWriter } from './modules/telemetry/influx-writer.ts'
import { startEmbeddedTelemetry } from './modules/telemetry/store/embedded-telemetry.ts'

/** Whether anybody is there; some versions want to know who asks, which is an answer, too. */
async function answers(url: string): Promise<boolean> {
  const { status } = await fetch(`${url.replace(/\/$/, '')}/ping`, { signal: AbortSignal.timeout(2500) })
  return status < 500
}

/** The history of readings: an InfluxDB server where there is one, else our own store. */
export function openTelemetry(config: PlatformConfig, folder: string, logger: Pick<BaseLogger, 'error'>) {
  if (config.INFLUX_URL === undefined) {
    const store = startEmbeddedTelemetry({ folder: join(folder, 'telemetry'), logger })
    return { reader: store, writer: store, probes: {}, close: () => store.close() }
  }
  const settings: InfluxSettings = {
    url: config.INFLUX_URL,
    flavour: config.INFLUX_FLAVOUR,
    database: config.INFLUX_DB,
    organisation: config.INFLUX_ORG,
    token: config.INFLUX_TOKEN,
    user: config.INFLUX_USER,
    password: config.INFLUX_PASSWORD,
  }
  return {
    reader: createInfluxReader(settings),
    writer: createInfluxWriter(settings),
    probes: { influxdb: () => answers(settings.url) },
    close: async () => undefined,
  }
}
