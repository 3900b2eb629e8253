import type { LaneRaise, Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import type { LaneRaiseRow } from '../../database/parking-tables.ts'
import { compoundsWithin } from '../../database/scope.ts'
import { present } from '../../database/values.ts'

export const toRaise = (row: LaneRaiseRow): LaneRaise => ({
  raiseId: row.raise_id,
  compoundId: row.compound_id,
  laneId: row.lane_id,
  commandId: row.command_id,
  by: row.raised_by,
  at: row.at,
  reason: row.reason as LaneRaise['reason'],
  plate: row.plate,
  waivedFen: row.waived_fen,
  ...present({
    ...{ callId: row.call_id, note: row.note, sessionId: row.session_id },
    ...{ pictureBefore: row.picture_before, pictureAfter: row.picture_after },
    ...{ reviewedBy: row.reviewed_by, reviewedAt: row.reviewed_at, reviewNote: row.review_note },
  }),
  ...(row.verdict !== null && { verdict: row.verdict as NonNullable<LaneRaise['verdict']> }),
})

export const insertRaise = (db: Database, row: LaneRaiseRow) => db.insertInto('lane_raises').values(row).execute()

export const findRaiseOfCall = (db: Database, callId: string) =>
  db.selectFrom('lane_raises').select('raise_id').where('call_id', '=', callId).limit(1).executeTakeFirst()

/** The raise of this compound that a command carried out. */
export const findByCommand = (db: Database, compoundId: string, commandId: string) =>
  db
    .selectFrom('lane_raises')
    .selectAll()
    .where('command_id', '=', commandId)
    .where('compound_id', '=', compoundId)
    .executeTakeFirst()

export const findRaise = (db: Database, raiseId: string, scope: Scope) =>
  db
    .selectFrom('lane_raises')
    .selectAll()
    .where('raise_id', '=', raiseId)
    .where('compound_id', 'in', compoundsWithin(scope))
    .executeTakeFirst()

export const changeRaise = (db: Database, raiseId: string, change: Partial<LaneRaiseRow>) =>
  db.updateTable('lane_raises').set(change).where('raise_id', '=', raiseId).execute()

/** Keeps the picture that a snapshot brought; other commands concern no raise. */
export async function keepPicture(
  db: Database,
  { compoundId, commandId }: { readonly compoundId: string; readonly commandId: string },
  picture: string,
): Promise<void> {
  for (const [command, column] of [
    ['before_command', 'picture_before'],
    ['after_command', 'picture_after'],
  ] as const)
    await db
      .updateTable('lane_raises')
      .set({ [column]: picture })
      .where('compound_id', '=', compoundId)
      .where(command, '=', commandId)
      .execute()
}

/** Raises after which the lane is to be looked at now. They are taken out: one look is enough. */
export async function takeLooks(db: Database, now: number): Promise<LaneRaiseRow[]> {
  return db.updateTable('lane_raises').set({ look_at: null }).where('look_at', '<=', now).returningAll().execute()
}

export interface RaiseFilter {
  readonly scope: Scope
  readonly compoundId?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly reviewed?: 'yes' | 'no' | undefined
  readonly limit: number
}

export async function listRaises(db: Database, filter: RaiseFilter): Promise<LaneRaise[]> {
  const { compoundId, from, to, reviewed } = filter
  let query = db.selectFrom('lane_raises').selectAll().where('compound_id', 'in', compoundsWithin(filter.scope))
  if (compoundId !== undefined) query = query.where('compound_id', '=', compoundId)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<', to)
  if (reviewed !== undefined) query = query.where('verdict', reviewed === 'yes' ? 'is not' : 'is', null)
  const rows = await query.orderBy('at', 'desc').orderBy('raise_id', 'desc').limit(filter.limit).execute()
  return rows.map(toRaise)
}

/** Of two who judge at once, one is too late: then nothing comes back. */
export async function reviewRaise(
  db: Database,
  raiseId: string,
  review: Pick<LaneRaiseRow, 'reviewed_by' | 'reviewed_at' | 'verdict' | 'review_note'>,
): Promise<LaneRaise | undefined> {
  const row = await db
    .updateTable('lane_raises')
    .set(review)
    .where('raise_id', '=', raiseId)
    .where('verdict', 'is', null)
    .returningAll()
    .executeTakeFirst()
  return row && toRaise(row)
}
