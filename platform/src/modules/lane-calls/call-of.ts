import type { RecordOf } from '../../core/records.ts'
import type { LaneCallRow } from '../../database/parking-tables.ts'
import { toJson } from '../../database/values.ts'

type Help = RecordOf<'parking.help-requested'>
export type Decision = RecordOf<
  | 'parking.entry-opened'
  | 'parking.entry-refused'
  | 'parking.exit-opened'
  | 'parking.exit-refused'
  | 'parking.exit-unpaid'
>

interface Origin {
  readonly compoundId: string
  readonly laneId: string
  readonly receivedAt: number
  readonly direction: 'in' | 'out'
}

/** The call that a record amounts to. Its id is that of the event, so that an event rings once however often it is told. */
export function callOf(record: Help | Decision, { compoundId, laneId, receivedAt, direction }: Origin): LaneCallRow {
  const { eventId, rawPlate, picture, reason, sessionId, dueFen, candidates = [] } = record.body
  const matched = 'matchedPlate' in record.body ? record.body.matchedPlate : undefined
  const plates = [...new Set([...(matched === undefined ? [] : [matched]), ...candidates])]
  return {
    ...{ call_id: `${laneId}/${eventId}`, compound_id: compoundId, lane_id: laneId, direction },
    cause: record.type === 'parking.help-requested' ? 'button' : record.body.rule.slice(0, 40),
    ...{ state: 'ringing', at: record.at, received_at: receivedAt, sign_at: receivedAt },
    ...{ raw_plate: rawPlate ?? null, picture: picture ?? null, reason: reason ?? null },
    ...{ session_id: sessionId ?? null, due_fen: dueFen ?? null, candidates: toJson(plates) },
    ...{ answered_by: null, answered_at: null, ended_at: null, outcome: null },
  }
}

/** What is news about a call that is there already: whoever presses the button again has not begun to wait anew. */
export function refreshed(before: LaneCallRow, news: LaneCallRow): Partial<LaneCallRow> {
  const isNewCar = news.raw_plate !== null && news.raw_plate !== before.raw_plate
  const seen = { raw_plate: news.raw_plate, session_id: news.session_id, due_fen: news.due_fen }
  return {
    sign_at: news.sign_at,
    cause: before.cause === 'button' ? before.cause : news.cause,
    picture: news.picture ?? before.picture,
    reason: news.reason ?? before.reason,
    ...(news.candidates !== '[]' || isNewCar ? { candidates: news.candidates } : {}),
    ...(isNewCar || news.session_id !== null ? seen : {}),
  }
}
