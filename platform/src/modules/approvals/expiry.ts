import type { ApprovalState } from '../../contract/index.ts'
import type { ApprovalRow } from '../../database/people-tables.ts'
import * as repo from './approvals.repo.ts'
import type { Approvers } from './approvers.ts'
import type { ApprovalsPorts, CarryingOut } from './carrying-out.ts'

/** Carrying out takes moments: after this it has been interrupted. */
const stuckAfterMs = 10 * 60_000

/** Ends what nobody answered in time, and what was interrupted. */
export function createExpiry({ db, clock, publishAt }: ApprovalsPorts, approvers: Approvers, carryOut: CarryingOut) {
  const tell = (row: ApprovalRow, state: ApprovalState) =>
    publishAt('approval:changed', row.scope, { id: row.id, state })

  /**
   * Where nobody but the person concerned could have answered, it may be because they cannot sign in: the change is
   * carried out and marked as that of one person. A day is time to object for somebody who can.
   */
  async function expire(row: ApprovalRow) {
    const from = { id: row.id, from: 'waiting' } as const
    const decidedAt = { decided_at: clock.now() }
    const isNobodyElse = (await approvers.of(row)).every(({ username }) => username === row.target)
    if (isNobodyElse) {
      if (!(await repo.moveOn(db, from, { state: 'approved', ...decidedAt }))) return
      tell(row, await carryOut({ ...row, ...decidedAt }, 'alone'))
    } else if (await repo.moveOn(db, from, { state: 'expired', sealed: null, ...decidedAt })) tell(row, 'expired')
  }

  return {
    async expireDue(): Promise<void> {
      const now = clock.now()
      for (const row of await repo.listDue(db, now)) await expire(row)
      for (const row of await repo.listStuck(db, now - stuckAfterMs)) {
        const change = { state: 'failed', failure: 'INTERRUPTED', sealed: null }
        if (await repo.moveOn(db, { id: row.id, from: 'approved' }, change)) tell(row, 'failed')
      }
    },
  }
}
