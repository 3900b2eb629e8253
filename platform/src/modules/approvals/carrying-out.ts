import type { BaseLogger } from 'pino'
import { covers, type ApprovalState, type UserEntry } from '../../contract/index.ts'
import type { AuditEntry, AuditTrail, Clock, ScopePublisher } from '../../core/ports.ts'
import type { SecondPersonRule } from '../../core/second-person.ts'
import type { Vault } from '../../core/vault.ts'
import type { Database } from '../../database/database.ts'
import type { ApprovalRow } from '../../database/people-tables.ts'
import { AppError, notAllowed } from '../../errors.ts'
import * as repo from './approvals.repo.ts'
import { hashOf, openRequest } from './sealed-request.ts'

export interface ApprovalsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly vault: Vault
  readonly logger: Pick<BaseLogger, 'error'>
  /** `keep` is for what has happened already. */
  readonly audit: AuditTrail & { keep(entry: AuditEntry): Promise<void> }
  readonly publishAt: ScopePublisher['publishAt']
  readonly people: () => Promise<readonly UserEntry[]>
  readonly rules: readonly SecondPersonRule[]
}

/** Does what was agreed to, once, as the person who asked for it. */
export function createCarryingOut({ db, vault, logger, audit, people, rules }: ApprovalsPorts) {
  /** Whoever asked may have lost the right since. */
  async function requester(row: ApprovalRow, rule: SecondPersonRule): Promise<UserEntry> {
    const person = (await people()).find(({ username }) => username === row.requested_by)
    const { access } = rule.endpoint
    const isAllowed = person && !person.disabled && typeof access === 'object' && access.includes(person.role)
    if (!isAllowed || !covers(person.scope, row.scope)) throw notAllowed()
    return person
  }

  async function run(row: ApprovalRow) {
    if (row.sealed === null || hashOf(row.sealed) !== row.hash) throw new Error('A sealed request was changed')
    const request = openRequest(vault, row.id, row.sealed)
    const { action, requested_by: requestedBy, target } = row
    if (request.action !== action || request.requestedBy !== requestedBy || request.target !== target)
      throw new Error('A sealed request does not belong to its record')
    const rule = rules.find((known) => known.action === action)
    if (!rule) throw new Error(`Nothing is known of "${action}"`)
    // Checked against the endpoint's schema when it was asked for.
    await rule.run(await requester(row, rule), request.input)
  }

  /** Answers the state it ends in; never throws, because the decision stands. */
  async function carryOut(row: ApprovalRow, success: 'done' | 'alone'): Promise<ApprovalState> {
    let failure: string | null = null
    try {
      await run(row)
    } catch (error) {
      failure = error instanceof AppError ? error.code : 'INTERNAL'
      if (failure === 'INTERNAL') logger.error({ err: error, approvalId: row.id }, 'approved request not carried out')
    }
    const state = failure === null ? success : 'failed'
    await repo.moveOn(db, { id: row.id, from: 'approved' }, { state, failure, sealed: null })
    await audit.keep({
      actor: row.requested_by,
      action: success === 'alone' ? 'approvals.alone' : 'approvals.carried-out',
      target: row.target,
      reason: row.reason,
      outcome: failure === null ? 'done' : 'failed',
      details: {
        approvalId: row.id,
        endpoint: row.action,
        ...(row.decided_by !== null && { approvedBy: row.decided_by }),
        ...(failure !== null && { failure }),
      },
    })
    return state
  }

  return { carryOut }
}

export type CarryingOut = ReturnType<typeof createCarryingOut>['carryOut']
