import type { Approval, ApprovalState } from '../../contract/index.ts'
import type { Caller } from '../../core/ports.ts'
import type { ApprovalRow } from '../../database/people-tables.ts'
import { approvalDecided, approvalDiffers, approvalNotFound, ownRequest } from '../../errors.ts'
import * as repo from './approvals.repo.ts'
import { createApprovers } from './approvers.ts'
import { createAsking } from './asking.ts'
import { createCarryingOut, type ApprovalsPorts } from './carrying-out.ts'
import { createExpiry } from './expiry.ts'

const shownAtOnce = 100

/** What one person asks for and a second person has to agree to. */
export function createApprovalsService(ports: ApprovalsPorts) {
  const { db, clock, publishAt } = ports
  const approvers = createApprovers(ports.rules, ports.people)
  const { carryOut } = createCarryingOut(ports)
  const asking = createAsking(ports, approvers)
  const expiry = createExpiry(ports, approvers, carryOut)

  const tell = (row: ApprovalRow, state: ApprovalState) =>
    publishAt('approval:changed', row.scope, { id: row.id, state })

  async function visible(caller: Caller, id: string): Promise<ApprovalRow> {
    const row = await repo.findApproval(db, id)
    if (!row || !approvers.mayApprove(caller, row)) throw approvalNotFound(id)
    return row
  }

  /** Of two who decide at once, the later one is told. */
  async function decide(caller: Caller, row: ApprovalRow, change: { state: ApprovalState; reason: string }) {
    if (row.state !== 'waiting') throw approvalDecided(row.state)
    if (row.expires_at <= clock.now()) throw approvalDecided('expired')
    const decision = { decided_by: caller.username, decided_at: clock.now(), decision_reason: change.reason }
    if (!(await repo.moveOn(db, { id: row.id, from: 'waiting' }, { state: change.state, ...decision })))
      throw approvalDecided('decided')
    return { ...row, ...decision }
  }

  return {
    ...asking,
    ...expiry,

    async list(caller: Caller): Promise<Approval[]> {
      const rows = await repo.listApprovals(db, caller.scope, shownAtOnce)
      return rows
        .filter((row) => approvers.mayApprove(caller, row))
        .map((row) => repo.toApproval(row, row.state === 'waiting' && row.requested_by !== caller.username))
    },

    async approve(caller: Caller, id: string, { hash, reason }: { hash: string; reason: string }): Promise<Approval> {
      const row = await visible(caller, id)
      if (row.requested_by === caller.username) throw ownRequest()
      if (row.hash !== hash) throw approvalDiffers()
      const decided = await decide(caller, row, { state: 'approved', reason })
      tell(row, await carryOut(decided, 'done'))
      // Whoever agreed to their own demotion may not look at it again, but is told how it ended.
      return repo.toApproval((await repo.findApproval(db, id)) ?? decided, false)
    },

    async decline(caller: Caller, id: string, reason: string): Promise<Approval> {
      const row = await visible(caller, id)
      const state = row.requested_by === caller.username ? 'withdrawn' : 'declined'
      const decided = await decide(caller, row, { state, reason })
      await repo.moveOn(db, { id, from: state }, { sealed: null })
      tell(row, state)
      return repo.toApproval({ ...decided, state }, false)
    },
  }
}

export type ApprovalsService = ReturnType<typeof createApprovalsService>
