import type { RecordHandler, RecordOf } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import type { LotNews } from './lot-news.ts'
import { insertPassage, type LanePassage } from './passages.repo.ts'

type LaneRecord = RecordOf<
  | 'parking.entry-opened'
  | 'parking.entry-refused'
  | 'parking.exit-opened'
  | 'parking.exit-refused'
  | 'parking.exit-unpaid'
>

function toPassage({ id, at, late, deviceId, body }: LaneRecord, compoundId: string): LanePassage {
  const { eventId, direction, rawPlate, matchedPlate, decision, rule, reason, picture, distance, sessionId, dueFen } =
    body
  return {
    ...{ id, compoundId, deviceId: deviceId ?? '', at, late, direction, rawPlate, decision, rule, reason },
    ...{ eventId, distance, sessionId, dueFen },
    ...(matchedPlate !== undefined && { matchedPlate }),
    ...(picture !== undefined && { picture }),
  }
}

/** Of two words about the queue of a lane, the later one counts, whichever comes first. */
async function keepQueue(db: Database, { body, at, deviceId }: RecordOf<'parking.queue-changed'>, compoundId: string) {
  if (deviceId === undefined) return
  const queue = {
    ...{ queue_since: body.queueing ? body.since : null, queue_cars: body.queueing ? body.cars : 0 },
    queue_told_at: at,
  }
  await db
    .insertInto('parking_lanes')
    .values({ lane_id: deviceId, compound_id: compoundId, ...queue })
    .onConflict((conflict) =>
      conflict
        .column('lane_id')
        .doUpdateSet({ compound_id: compoundId, ...queue })
        .where('parking_lanes.queue_told_at', '<=', at),
    )
    .execute()
}

/** Keeps what lanes tell of cars in front of them. */
export const createLaneRecords =
  (news: LotNews): RecordHandler =>
  async (record, { db, compoundId }) => {
    if (!record.type.startsWith('parking.')) return
    news.touched(compoundId)
    switch (record.type) {
      case 'parking.entry-opened':
      case 'parking.entry-refused':
      case 'parking.exit-opened':
      case 'parking.exit-refused':
      case 'parking.exit-unpaid':
        await insertPassage(db, toPassage(record, compoundId))
        break
      case 'parking.queue-changed':
        await keepQueue(db, record, compoundId)
        break
      default:
    }
  }
