import type { Approval, ApprovalState, Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import type { ApprovalRow } from '../../database/people-tables.ts'
import { fromJson, present } from '../../database/values.ts'

export const toApproval = (row: ApprovalRow, mayApprove: boolean): Approval => ({
  id: row.id,
  action: row.action,
  target: row.target,
  scope: row.scope,
  facts: fromJson(row.facts),
  reason: row.reason,
  requestedBy: row.requested_by,
  requestedAt: row.requested_at,
  expiresAt: row.expires_at,
  state: row.state as ApprovalState,
  hash: row.hash,
  ...present({
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    decisionReason: row.decision_reason,
    failure: row.failure,
  }),
  mayApprove,
})

export const insertApproval = (db: Database, row: ApprovalRow) => db.insertInto('approvals').values(row).execute()

export const findApproval = (db: Database, id: string) =>
  db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst()

/** Waiting ones first, then what was decided last. */
export async function listApprovals(db: Database, scope: Scope, limit: number): Promise<ApprovalRow[]> {
  const newest = db.selectFrom('approvals').selectAll().orderBy('requested_at', 'desc').orderBy('id').limit(limit)
  // A scope is made of a-z, 0-9, - and / only, so nothing in it is a wildcard.
  const inScope =
    scope === '' ? newest : newest.where((eb) => eb.or([eb('scope', '=', scope), eb('scope', 'like', `${scope}/%`)]))
  const waiting = await inScope.where('state', '=', 'waiting').execute()
  return [...waiting, ...(await inScope.where('state', '!=', 'waiting').execute())]
}

export async function countWaitingOf(db: Database, username: string): Promise<number> {
  const rows = await db
    .selectFrom('approvals')
    .select('id')
    .where('requested_by', '=', username)
    .where('state', '=', 'waiting')
    .execute()
  return rows.length
}

/** Moves a request on; answers whether it was still in the state `from`: of several who try at once, one succeeds. */
export async function moveOn(
  db: Database,
  { id, from }: { readonly id: string; readonly from: ApprovalState },
  change: Partial<Omit<ApprovalRow, 'id'>>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('approvals')
    .set(change)
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export const listDue = (db: Database, now: number) =>
  db.selectFrom('approvals').selectAll().where('state', '=', 'waiting').where('expires_at', '<=', now).execute()

/** Agreed to, but not carried out to the end. */
export const listStuck = (db: Database, decidedBefore: number) =>
  db
    .selectFrom('approvals')
    .selectAll()
    .where('state', '=', 'approved')
    .where('decided_at', '<', decidedBefore)
    .execute()
