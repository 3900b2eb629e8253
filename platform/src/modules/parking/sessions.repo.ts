import type { ParkingSessionEntry, Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import type { ParkingSessionRow } from '../../database/parking-tables.ts'
import { compoundsWithin } from '../../database/scope.ts'
import { present } from '../../database/values.ts'
import { endingsOf, endingsWith } from './plate-endings.ts'

export const toSession = (row: ParkingSessionRow): ParkingSessionEntry => ({
  sessionId: row.session_id,
  compoundId: row.compound_id,
  plate: row.plate,
  rawPlate: row.raw_plate,
  vehicleClass: row.vehicle_class,
  right: row.right_kind,
  state: row.state as ParkingSessionEntry['state'],
  entryLaneId: row.entry_lane_id,
  enteredAt: row.entered_at,
  feeFen: row.fee_fen,
  paidFen: row.paid_fen,
  waivedFen: row.waived_fen,
  debtFen: row.debt_fen,
  ...present({
    entryPicture: row.entry_picture,
    exitLaneId: row.exit_lane_id,
    leftAt: row.left_at,
    exitPicture: row.exit_picture,
    tariffVersion: row.tariff_version,
    note: row.note,
  }),
})

/** Begins a stay; answers whether it is new. */
export async function insertSession(db: Database, row: ParkingSessionRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('parking_sessions')
    .values(row)
    .onConflict((conflict) => conflict.column('session_id').doNothing())
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows === 0n) return false
  const endings = endingsOf(row.plate).map((ending) => ({ ending, plate: row.plate }))
  if (endings.length > 0)
    await db
      .insertInto('plate_endings')
      .values(endings)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  return true
}

export type Closing = Pick<
  ParkingSessionRow,
  | 'state'
  | 'exit_lane_id'
  | 'left_at'
  | 'exit_picture'
  | 'tariff_version'
  | 'fee_fen'
  | 'paid_fen'
  | 'waived_fen'
  | 'debt_fen'
  | 'note'
>

export interface SessionKey {
  readonly sessionId: string
  readonly compoundId: string
}

/** Ends a stay that is in one of these states; answers whether it was. */
export async function closeSession(
  db: Database,
  { sessionId, compoundId }: SessionKey,
  { from, closing }: { readonly from: readonly string[]; readonly closing: Closing },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('parking_sessions')
    .set(closing)
    .where('session_id', '=', sessionId)
    .where('compound_id', '=', compoundId)
    .where('state', 'in', from)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function findSession(
  db: Database,
  sessionId: string,
  scope: Scope = '',
): Promise<ParkingSessionEntry | undefined> {
  const row = await db
    .selectFrom('parking_sessions')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('compound_id', 'in', compoundsWithin(scope))
    .executeTakeFirst()
  return row && toSession(row)
}

/** Stays of these cars that have not ended, the last to come in first. */
export async function openSessions(
  db: Database,
  compoundId: string,
  plates: readonly string[],
): Promise<ParkingSessionEntry[]> {
  if (plates.length === 0) return []
  const rows = await db
    .selectFrom('parking_sessions')
    .selectAll()
    .where('compound_id', '=', compoundId)
    .where('plate', 'in', plates)
    .where('state', '=', 'inside')
    .orderBy('entered_at', 'desc')
    .execute()
  return rows.map(toSession)
}

export interface SessionFilter {
  readonly scope: Scope
  readonly compoundId?: string | undefined
  /** Any part of a plate, normalised. */
  readonly plate?: string | undefined
  readonly state?: ParkingSessionEntry['state'] | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly before?: number | undefined
  readonly limit: number
}

const platesWith = (db: Database, part: string) => {
  const [first, end] = endingsWith(part)
  return db.selectFrom('plate_endings').select('plate').where('ending', '>=', first).where('ending', '<', end)
}

export async function listSessions(db: Database, filter: SessionFilter): Promise<ParkingSessionEntry[]> {
  const { compoundId, plate, state, from, to, before } = filter
  let query = db.selectFrom('parking_sessions').selectAll().where('compound_id', 'in', compoundsWithin(filter.scope))
  if (compoundId !== undefined) query = query.where('compound_id', '=', compoundId)
  if (plate !== undefined) query = query.where('plate', 'in', platesWith(db, plate))
  if (state !== undefined) query = query.where('state', '=', state)
  if (from !== undefined) query = query.where('entered_at', '>=', from)
  if (to !== undefined) query = query.where('entered_at', '<', to)
  if (before !== undefined) query = query.where('entered_at', '<', before)
  const rows = await query.orderBy('entered_at', 'desc').orderBy('session_id', 'desc').limit(filter.limit).execute()
  return rows.map(toSession)
}

export async function countInside(db: Database, compoundId: string): Promise<number> {
  const { count } = await db
    .selectFrom('parking_sessions')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('compound_id', '=', compoundId)
    .where('state', '=', 'inside')
    .executeTakeFirstOrThrow()
  return count
}

/** Keeps the end of a stay until its beginning is told; seen to leave counts more than missed. */
export async function keepClosing(
  db: Database,
  { sessionId, compoundId }: SessionKey,
  closing: Closing,
): Promise<void> {
  const body = JSON.stringify(closing)
  const insert = db
    .insertInto('parking_closings')
    .values({ session_id: sessionId, compound_id: compoundId, lane_id: closing.exit_lane_id, body })
  await insert
    .onConflict((conflict) =>
      closing.state === 'ghost' ? conflict.doNothing() : conflict.column('session_id').doUpdateSet({ body }),
    )
    .execute()
}

export async function takeClosing(db: Database, { sessionId, compoundId }: SessionKey): Promise<Closing | undefined> {
  const row = await db
    .deleteFrom('parking_closings')
    .where('session_id', '=', sessionId)
    .where('compound_id', '=', compoundId)
    .returning('body')
    .executeTakeFirst()
  return row && (JSON.parse(row.body) as Closing)
}

export const noteSession = (db: Database, sessionId: string, note: string) =>
  db.updateTable('parking_sessions').set({ note }).where('session_id', '=', sessionId).execute()
