import type { Clock, Publisher } from '../../core/ports.ts'
import type { RecordContext } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import type { DeviceStateService } from '../devices/device-state.service.ts'
import type { GatewaysService } from '../gateways/gateways.service.ts'
import type { AlertDraft } from './alert-of.ts'
import * as repo from './alerts.repo.ts'
import { graceMs, settleMs } from './outage.ts'
import { raise, resolveBySystem } from './raise.ts'

export interface AbsencePorts {
  readonly db: Database
  readonly clock: Clock
  readonly publisher: Publisher
  readonly states: DeviceStateService
  readonly gateways: GatewaysService
}

/** Tells people of gateways that stay away, and of devices that did not come back with theirs. */
export function createAbsenceService({ db, clock, publisher, states, gateways }: AbsencePorts) {
  const tellIn =
    (compoundId: string): RecordContext['publish'] =>
    (event, payload) =>
      publisher.publish(event, compoundId, payload)

  async function raiseNow(moment: { compoundId: string; at: number; deviceId?: string }, draft: AlertDraft) {
    await raise(db, tellIn(moment.compoundId), { ...moment, ...draft, receivedAt: clock.now(), late: false })
  }

  async function lookForGateways() {
    for (const { id, compound_id: compoundId, online_changed_at } of await gateways.absentSince(
      clock.now() - graceMs,
    )) {
      const at = online_changed_at ?? clock.now()
      if (await repo.wasTold(db, { compoundId, type: 'devices.gateway-offline' }, at)) continue
      const details = { gatewayId: id }
      await raiseNow({ compoundId, at }, { type: 'devices.gateway-offline', severity: 'major', details })
    }
  }

  /** Devices that went away with their gateway and did not come back with it. */
  async function lookForDevices() {
    for (const { id, compound_id: compoundId, online_changed_at } of await states.untoldAbsences(
      clock.now() - settleMs,
    )) {
      await states.absenceTold(db, compoundId, id)
      const open = await repo.unresolvedIds(db, { compoundId, type: 'devices.offline', deviceId: id })
      if (open.length > 0) continue
      const moment = { compoundId, at: online_changed_at ?? clock.now(), deviceId: id }
      await raiseNow(moment, { type: 'devices.offline', severity: 'major', details: { reason: 'silent' } })
    }
  }

  return {
    /** To be called every few seconds. */
    async lookForAbsences(): Promise<void> {
      await lookForGateways()
      await lookForDevices()
    },

    gatewayReturned: (compoundId: string) =>
      resolveBySystem(db, tellIn(compoundId), { compoundId, type: 'devices.gateway-offline', at: clock.now() }),
  }
}

export type AbsenceService = ReturnType<typeof createAbsenceService>
