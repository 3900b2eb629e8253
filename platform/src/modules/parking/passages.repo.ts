import type { Passage, Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import type { PassageRow } from '../../database/tables.ts'
import { present, toFlag } from '../../database/values.ts'

const toPassage = (row: PassageRow): Passage => ({
  id: row.id,
  compoundId: row.compound_id,
  deviceId: row.device_id,
  at: row.at,
  late: row.late === 1,
  direction: row.direction as Passage['direction'],
  rawPlate: row.raw_plate,
  decision: row.decision as Passage['decision'],
  rule: row.rule,
  reason: row.reason,
  ...present({ matchedPlate: row.matched_plate, picture: row.picture }),
})

/** A passage with what belongs to it at the lane. */
export interface LanePassage extends Passage {
  /** Of the read, as its device counts. */
  readonly eventId: string
  readonly distance: number
  readonly sessionId?: string | undefined
  readonly dueFen?: number | undefined
}

/** Keeps a passage, once however often it is told: the first word stays. */
export async function insertPassage(db: Database, passage: LanePassage): Promise<void> {
  await db
    .insertInto('passages')
    .values({
      id: passage.id,
      compound_id: passage.compoundId,
      device_id: passage.deviceId,
      at: passage.at,
      late: toFlag(passage.late),
      direction: passage.direction,
      raw_plate: passage.rawPlate,
      matched_plate: passage.matchedPlate ?? null,
      decision: passage.decision,
      rule: passage.rule,
      reason: passage.reason,
      picture: passage.picture ?? null,
      distance: passage.distance,
      session_id: passage.sessionId ?? null,
      due_fen: passage.dueFen ?? null,
      event_id: passage.eventId,
    })
    .onConflict((conflict) => conflict.columns(['compound_id', 'device_id', 'event_id', 'at']).doNothing())
    .execute()
}

export interface PassageFilter {
  readonly scope: Scope
  readonly compoundId?: string | undefined
  readonly before?: number | undefined
  readonly limit: number
}

export async function listPassages(db: Database, filter: PassageFilter): Promise<Passage[]> {
  let query = db.selectFrom('passages').selectAll().where('compound_id', 'in', compoundsWithin(filter.scope))
  if (filter.compoundId !== undefined) query = query.where('compound_id', '=', filter.compoundId)
  if (filter.before !== undefined) query = query.where('at', '<', filter.before)
  const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(filter.limit).execute()
  return rows.map(toPassage)
}

/** The last reads of one lane, newest first. */
export async function lastReads(
  db: Database,
  { compoundId, laneId }: { readonly compoundId: string; readonly laneId: string },
  limit: number,
) {
  const rows = await db
    .selectFrom('passages')
    .selectAll()
    .where('device_id', '=', laneId)
    .where('compound_id', '=', compoundId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    at: row.at,
    rawPlate: row.raw_plate,
    decision: row.decision as Passage['decision'],
    rule: row.rule,
    reason: row.reason,
    ...present({ matchedPlate: row.matched_plate, dueFen: row.due_fen, picture: row.picture }),
  }))
}
