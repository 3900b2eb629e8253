import type { CheckedRecord, RecordContext, RecordHandler, RecordOf } from '../../core/records.ts'
import { toJson } from '../../database/values.ts'
import type { DeviceStateService } from '../devices/device-state.service.ts'
import type { GatewaysService } from '../gateways/gateways.service.ts'
import { alertOf } from './alert-of.ts'
import * as repo from './alerts.repo.ts'
import { isPartOfOutage } from './outage.ts'
import { raise, resolveBySystem } from './raise.ts'
import { followTelemetryLoss } from './telemetry-loss.ts'

export interface RaisingPorts {
  readonly states: DeviceStateService
  readonly gateways: GatewaysService
}

/** Smoke that has gone is still to be looked at; people see that it has gone. */
async function noteCleared(record: RecordOf<'sensors.alarm-cleared'>, { db, compoundId, publish }: RecordContext) {
  const subject = { compoundId, type: `sensors.${record.body.alarm}` }
  const { deviceId } = record
  for (const id of await repo.unresolvedIds(db, { ...subject, ...(deviceId !== undefined && { deviceId }) })) {
    const alert = await repo.findAlert(db, id)
    if (!alert) continue
    const details = { ...alert.details, clearedAt: record.at }
    await repo.changeAlert(db, { id, from: ['open', 'acknowledged'] }, { details: toJson(details) })
    publish('alert:changed', { ...alert, details })
  }
}

/** One queue is one alert, and ends by itself. Answers whether there is nothing new to raise. */
async function followQueue(
  { body, at, deviceId }: RecordOf<'parking.queue-changed'>,
  { db, compoundId, publish }: RecordContext,
): Promise<boolean> {
  const subject = { compoundId, type: 'parking.queue-changed', ...(deviceId !== undefined && { deviceId }) }
  if (body.queueing) return (await repo.unresolvedIds(db, subject)).length > 0
  await resolveBySystem(db, publish, { ...subject, at })
  return true
}

/** Turns records into alerts: one root cause, one alert. */
export function createRaisingService({ states, gateways }: RaisingPorts) {
  /** Answers whether there is nothing to tell: known already, or no fault of the device. */
  async function isNoNews({ deviceId, at }: CheckedRecord, { db: tx, compoundId, gatewayId }: RecordContext) {
    if (deviceId === undefined) return false
    const gateway = await gateways.presenceOf(gatewayId, tx)
    if (gateway && isPartOfOutage(gateway, at)) return true
    const open = await repo.unresolvedIds(tx, { compoundId, type: 'devices.offline', deviceId })
    await states.absenceTold(tx, compoundId, deviceId)
    return open.length > 0
  }

  /** What a device that comes or goes changes about the alerts that are there. */
  async function followPresence({ body, at, deviceId }: RecordOf<'devices.online-changed'>, context: RecordContext) {
    const { compoundId, db: tx, publish } = context
    if (deviceId === undefined) return
    const settled = body.online || body.reason === 'removed'
    if (settled) await resolveBySystem(tx, publish, { compoundId, type: 'devices.offline', deviceId, at })
    // Whoever took it down knows.
    if (body.reason === 'removed') await states.absenceTold(tx, compoundId, deviceId)
  }

  const handle: RecordHandler = async (record, context) => {
    const { compoundId, receivedAt, publish } = context
    const { at, deviceId, late } = record
    if (record.type === 'sensors.alarm-cleared') await noteCleared(record, context)
    if (record.type === 'devices.online-changed') await followPresence(record, context)
    if (record.type === 'parking.queue-changed' && (await followQueue(record, context))) return
    if (record.type === 'telemetry.dropped' && (await followTelemetryLoss(record, context))) return
    const draft = alertOf(record)
    if (!draft || (draft.type === 'devices.offline' && (await isNoNews(record, context)))) return
    await raise(context.db, publish, { ...draft, compoundId, deviceId, at, receivedAt, late })
  }

  return { handle }
}
