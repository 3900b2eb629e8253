import type { Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import type { LaneCallRow } from '../../database/parking-tables.ts'
import { compoundsWithin } from '../../database/scope.ts'
import { fromJson, toJson } from '../../database/values.ts'

export interface Place {
  readonly compoundId: string
  readonly laneId: string
}

const live = ['ringing', 'answered'] as const

export const liveCallOf = (db: Database, { compoundId, laneId }: Place): Promise<LaneCallRow | undefined> =>
  db
    .selectFrom('lane_calls')
    .selectAll()
    .where('compound_id', '=', compoundId)
    .where('lane_id', '=', laneId)
    .where('state', 'in', live)
    .executeTakeFirst()

/** Lanes of a compound at which a call is live or a car waits. */
export async function listBusyLanes(db: Database, compoundId: string): Promise<string[]> {
  const calls = db
    .selectFrom('lane_calls')
    .select('lane_id')
    .where('compound_id', '=', compoundId)
    .where('state', 'in', live)
  const waits = db.selectFrom('lane_waits').select('lane_id').where('compound_id', '=', compoundId)
  return (await calls.union(waits).execute()).map(({ lane_id }) => lane_id)
}

/** Answers the call if it is new: the same event makes one call only, and a lane has one at a time. */
export const insertCall = (db: Database, row: LaneCallRow): Promise<LaneCallRow | undefined> =>
  db
    .insertInto('lane_calls')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()

type Change = Partial<Omit<LaneCallRow, 'call_id' | 'compound_id' | 'lane_id'>>

/** Changes the call if it is in one of these states and, where that is said, taken by this person. */
export const changeCall = (
  db: Database,
  callId: string,
  { from, by, change }: { readonly from: readonly string[]; readonly by?: string | undefined; readonly change: Change },
): Promise<LaneCallRow | undefined> =>
  db
    .updateTable('lane_calls')
    .set(change)
    .where('call_id', '=', callId)
    .where('state', 'in', from)
    .$if(by !== undefined, (query) => query.where('answered_by', '=', by ?? ''))
    .returningAll()
    .executeTakeFirst()

export interface Ending {
  readonly outcome: string
  readonly at: number
}

export const endCall = (db: Database, callId: string, { outcome, at }: Ending): Promise<LaneCallRow | undefined> =>
  changeCall(db, callId, { from: live, change: { state: 'ended', ended_at: at, outcome } })

export const findCall = (db: Database, callId: string, scope: Scope): Promise<LaneCallRow | undefined> =>
  db
    .selectFrom('lane_calls')
    .selectAll()
    .where('call_id', '=', callId)
    .where('compound_id', 'in', compoundsWithin(scope))
    .executeTakeFirst()

/** Calls that wait, longest first. */
export const listLive = (db: Database, scope: Scope): Promise<LaneCallRow[]> =>
  db
    .selectFrom('lane_calls')
    .selectAll()
    .where('state', 'in', live)
    .where('compound_id', 'in', compoundsWithin(scope))
    .orderBy('received_at')
    .orderBy('call_id')
    .execute()

/** Calls that ended since a moment, the newest first. */
export const listEnded = (
  db: Database,
  scope: Scope,
  { since, limit }: { readonly since: number; readonly limit: number },
): Promise<LaneCallRow[]> =>
  db
    .selectFrom('lane_calls')
    .selectAll()
    .where('state', '=', 'ended')
    .where('at', '>=', since)
    .where('compound_id', 'in', compoundsWithin(scope))
    .orderBy('at', 'desc')
    .orderBy('call_id')
    .limit(limit)
    .execute()

/** Calls of which nothing was heard since a moment. */
export const listSilent = (db: Database, since: number): Promise<LaneCallRow[]> =>
  db.selectFrom('lane_calls').selectAll().where('state', 'in', live).where('sign_at', '<', since).execute()

const isSameCar = (one: LaneCallRow, other: LaneCallRow) =>
  one.session_id === other.session_id && one.raw_plate === other.raw_plate

/** Notes a car that has to pay; the same car goes on waiting since when it began. */
export async function keepWait(
  db: Database,
  { compoundId, laneId }: Place,
  { ringAt, call }: { readonly ringAt: number; readonly call: LaneCallRow },
): Promise<void> {
  const before = await db.selectFrom('lane_waits').select('body').where('lane_id', '=', laneId).executeTakeFirst()
  const isSame = before !== undefined && isSameCar(fromJson(before.body), call)
  const body = toJson(call)
  await db
    .insertInto('lane_waits')
    .values({ lane_id: laneId, compound_id: compoundId, ring_at: ringAt, body })
    .onConflict((conflict) => conflict.column('lane_id').doUpdateSet(isSame ? { body } : { body, ring_at: ringAt }))
    .execute()
}

export const dropWait = (db: Database, { compoundId, laneId }: Place) =>
  db.deleteFrom('lane_waits').where('lane_id', '=', laneId).where('compound_id', '=', compoundId).execute()

/** Takes out those who have waited long enough. */
export async function takeWaits(db: Database, now: number): Promise<LaneCallRow[]> {
  const rows = await db.deleteFrom('lane_waits').where('ring_at', '<=', now).returning('body').execute()
  return rows.map(({ body }): LaneCallRow => fromJson(body))
}
