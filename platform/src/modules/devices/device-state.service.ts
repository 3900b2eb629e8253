import type { Publisher } from '../../core/ports.ts'
import type { RecordHandler } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import { toFlag, toJson } from '../../database/values.ts'
import * as repo from './devices.repo.ts'

/** What devices can do and whether they are there, as their gateway reports it. */
export function createDeviceStateService({ db, publisher }: { readonly db: Database; readonly publisher: Publisher }) {
  const handle: RecordHandler = async (record, context) => {
    const { compoundId } = context
    const { deviceId } = record
    if (deviceId === undefined) return
    const place = { deviceId, compoundId }
    if (record.type === 'devices.announced') {
      const { capabilities } = record.body
      if (await repo.tell(context.db, place, { capabilities: toJson(capabilities) }))
        context.publish('device:changed', { id: deviceId, compoundId, capabilities })
    }
    if (record.type === 'devices.online-changed') {
      const { online } = record.body
      const values = { online: toFlag(online), online_changed_at: record.at, ...(online && { absence_told: 0 }) }
      if (await repo.tell(context.db, place, values))
        context.publish('device:changed', { id: deviceId, compoundId, online, onlineChangedAt: record.at })
    }
  }

  return {
    handle,

    /** With its gateway a device comes into reach or gets out of it. */
    async gatewayChanged(compoundId: string, online: boolean): Promise<void> {
      for (const id of await repo.onlineIdsOf(db, compoundId))
        publisher.publish('device:changed', compoundId, { id, compoundId, online })
    },

    /** Notes that people know of the present absence. */
    absenceTold: (tx: Database, compoundId: string, deviceId: string) =>
      repo.tell(tx, { deviceId, compoundId }, { absence_told: 1 }),

    /** Devices that are away, of which nobody was told, though their gateway has been back since before `since`. */
    untoldAbsences: (since: number) => repo.listUntoldAbsences(db, since),
  }
}

export type DeviceStateService = ReturnType<typeof createDeviceStateService>
