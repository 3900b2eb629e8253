import type { BaseLogger } from 'pino'
import type { Device } from '../../contract/index.ts'
import type { DeviceWatch, Publisher } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { toJson } from '../../database/values.ts'
import type { GatewaysService } from '../gateways/gateways.service.ts'
import * as repo from './devices.repo.ts'
import { createLastValues, mergeReports, type LastValues, type Report } from './last-values.ts'

export interface ReadingsPorts {
  readonly db: Database
  readonly publisher: Publisher
  readonly logger: Pick<BaseLogger, 'warn'>
  readonly gateways: GatewaysService
}

async function save(tx: Database, values: LastValues, deviceIds: readonly string[]) {
  for (const deviceId of deviceIds) {
    const latest = values.get(deviceId)
    if (!latest) continue
    const { compoundId, at, readings } = latest
    await repo.tell(tx, { deviceId, compoundId }, { readings: toJson(readings), readings_at: at })
  }
}

function tell(publisher: Publisher, values: LastValues) {
  for (const [id, readings] of values.takeChanges()) {
    const latest = values.get(id)
    if (!latest) continue
    const { compoundId, at: readingsAt } = latest
    publisher.publish('device:changed', compoundId, { id, compoundId, readings, readingsAt })
  }
}

/** The last readings: told to consoles at a bearable pace, written down now and then. */
export function createReadingsService({ db, publisher, logger, gateways }: ReadingsPorts) {
  const values = createLastValues()
  const waiting = new Map<string, Map<string, Report>>()
  const unsaved = new Set<string>()

  /** Devices that were not heard of since the start. Those of other compounds stay unknown. */
  async function learn(compoundId: string, deviceIds: readonly string[]) {
    const strangers = deviceIds.filter((id) => values.compoundOf(id) !== compoundId)
    for (const { id, ...report } of await repo.lastReadings(db, compoundId, strangers))
      values.learn(id, compoundId, report)
  }

  async function take(gatewayId: string, reports: ReadonlyMap<string, Report>) {
    const compoundId = await gateways.compoundIdOf(gatewayId)
    if (compoundId === undefined) return
    await learn(compoundId, [...reports.keys()])
    for (const [id, report] of reports) {
      if (values.compoundOf(id) !== compoundId) continue
      values.take(id, report)
      unsaved.add(id)
    }
  }

  const watch: DeviceWatch = {
    readings(gatewayId, devices) {
      const reports = waiting.get(gatewayId) ?? new Map<string, Report>()
      waiting.set(gatewayId, reports)
      for (const [id, report] of Object.entries(devices)) reports.set(id, mergeReports(reports.get(id), report))
    },
  }

  return {
    watch,

    /** Publishes what came in since the last call; to be called a few times a second. */
    async flush(): Promise<void> {
      const batch = [...waiting]
      waiting.clear()
      for (const [gatewayId, reports] of batch) {
        // For watching only: the next report repairs what this one could not tell.
        await take(gatewayId, reports).catch((error: unknown) => {
          logger.warn({ err: error, gatewayId }, 'readings not taken')
        })
      }
      tell(publisher, values)
    },

    async persist(): Promise<void> {
      const ids = [...unsaved]
      if (ids.length === 0) return
      unsaved.clear()
      try {
        await db.transaction().execute((tx) => save(tx, values, ids))
      } catch (error) {
        for (const id of ids) unsaved.add(id)
        throw error
      }
    },

    /** The device with readings newer than the stored ones. */
    latest: (device: Device): Device => {
      const latest = values.get(device.id)
      if (latest?.compoundId !== device.compoundId || Object.keys(latest.readings).length === 0) return device
      return { ...device, readings: { ...latest.readings }, readingsAt: latest.at }
    },
  }
}

export type ReadingsService = ReturnType<typeof createReadingsService>
