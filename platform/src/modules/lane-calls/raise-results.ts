import type { RecordHandler } from '../../core/records.ts'
import type { CallViews } from './candidates.ts'
import { endCall } from './lane-calls.repo.ts'
import * as repo from './raises.repo.ts'

/** By then the car is through, or it has become plain that it is not. */
const lookAfterMs = 6000

const isSha256 = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

/** What gateways tell of raises, and of the pictures that belong to them. */
export function createRaiseResults(views: CallViews): RecordHandler {
  return async (record, { db, compoundId, receivedAt, publish }) => {
    if (record.type !== 'devices.command-result' || !record.body.ok) return
    const { commandId, data } = record.body
    const picture = data?.['picture']
    if (isSha256(picture)) await repo.keepPicture(db, { compoundId, commandId }, picture)
    const raise = await repo.findByCommand(db, compoundId, commandId)
    if (!raise) return
    await repo.changeRaise(db, raise.raise_id, { look_at: receivedAt + lookAfterMs })
    if (raise.call_id === null) return
    const ended = await endCall(db, raise.call_id, { outcome: 'raised', at: record.at })
    if (ended) publish('lane-call:changed', await views.of(ended, { tx: db, now: receivedAt }))
  }
}
