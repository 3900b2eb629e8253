import type { Broadcast, BroadcastPriority, SpeakerProgress } from '../../contract/index.ts'
import type { Caller, Clock, Publisher } from '../../core/ports.ts'
import type { RecordHandler } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import { mayAnnounce, quietHours as hours } from '../../domain/index.ts'
import { broadcastNotFound, deviceNotFound, quietHours, reasonRequired } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import type { DevicesService } from '../devices/devices.service.ts'
import type { DeliveryService } from '../gateways/delivery.service.ts'
import * as repo from './broadcast.repo.ts'

export interface BroadcastPorts {
  readonly db: Database
  readonly clock: Clock
  readonly publisher: Publisher
  readonly compounds: CompoundsService
  readonly devices: DevicesService
  readonly delivery: DeliveryService
  readonly timeZone: string
}

export interface Announcement {
  readonly compoundId: string
  readonly text: string
  readonly speakerIds: readonly string[]
  readonly priority: BroadcastPriority
  readonly reason?: string
}

/** A speaker that has not begun by then stays silent: nobody wants a warning of half an hour ago. */
const deadlineMs = 60_000
const shown = 100

/** What gateways tell of announcements. */
export const handleBroadcastProgress: RecordHandler = async (record, { db, compoundId, publish }) => {
  if (record.type !== 'broadcast.progress' || record.deviceId === undefined) return
  const { broadcastId, state, durationMs, reason } = record.body
  const progress: SpeakerProgress = {
    ...{ deviceId: record.deviceId, state, at: record.at },
    ...(durationMs !== undefined && { durationMs }),
    ...(reason !== undefined && { reason: reason.slice(0, 200) }),
  }
  if (!(await repo.saveProgress(db, { broadcastId, compoundId }, progress))) return
  const broadcast = await repo.findBroadcast(db, broadcastId)
  if (broadcast) publish('broadcast:changed', broadcast)
}

export function createBroadcastService(ports: BroadcastPorts) {
  const { db, clock, publisher, compounds, devices, delivery, timeZone } = ports

  function refuseUntimely({ priority, reason }: Announcement) {
    if (priority === 'emergency' && (reason ?? '').trim() === '') throw reasonRequired()
    if (!mayAnnounce(priority, clock.now(), timeZone)) throw quietHours(hours.fromHour, hours.toHour)
  }

  async function refuseStrangers(caller: Caller, { compoundId, speakerIds }: Announcement) {
    const known = new Set((await devices.list(caller, { compoundId })).map(({ id }) => id))
    const stranger = speakerIds.find((id) => !known.has(id))
    if (stranger !== undefined) throw deviceNotFound(stranger)
  }

  async function deliver(gatewayId: string, { id, text, priority, speakers, compoundId }: Broadcast) {
    const speakerIds = speakers.map(({ deviceId }) => deviceId)
    const expiresAt = clock.now() + deadlineMs
    const message = { type: 'announce', broadcastId: id, expiresAt, text, priority, speakerIds } as const
    const refusal = await delivery.send(gatewayId, message)
    if (!refusal) return
    await repo.failWaiting(db, id, { at: clock.now(), reason: refusal.message.slice(0, 200) })
    const failed = await repo.findBroadcast(db, id)
    if (failed) publisher.publish('broadcast:changed', compoundId, failed)
    throw refusal
  }

  return {
    async start(caller: Caller, announcement: Announcement): Promise<Broadcast> {
      const { compoundId, speakerIds, ...said } = announcement
      await compounds.get(caller, compoundId)
      refuseUntimely(announcement)
      await refuseStrangers(caller, announcement)
      const gatewayId = await delivery.reach(compoundId)
      const at = clock.now()
      const broadcast: Broadcast = {
        ...{ id: crypto.randomUUID(), compoundId, by: caller.username, at },
        ...said,
        speakers: speakerIds.map((deviceId) => ({ deviceId, state: 'queued', at })),
      }
      await db.transaction().execute((tx) => repo.insertBroadcast(tx, broadcast))
      publisher.publish('broadcast:changed', compoundId, broadcast)
      await deliver(gatewayId, broadcast)
      return broadcast
    },

    list: (caller: Caller, filter: { readonly compoundId?: string }) =>
      repo.listBroadcasts(db, { ...filter, scope: caller.scope, limit: shown }),

    async get(caller: Caller, broadcastId: string): Promise<Broadcast> {
      const broadcast = await repo.findBroadcast(db, broadcastId, caller.scope)
      if (!broadcast) throw broadcastNotFound(broadcastId)
      return broadcast
    },
  }
}

export type BroadcastService = ReturnType<typeof createBroadcastService>
