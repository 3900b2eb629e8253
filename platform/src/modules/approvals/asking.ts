import { orderedId } from '../../core/ordered-id.ts'
import type { Caller } from '../../core/ports.ts'
import type { PowerChange, SecondPersonRule } from '../../core/second-person.ts'
import type { ApprovalRow } from '../../database/people-tables.ts'
import { toJson } from '../../database/values.ts'
import { tooManyApprovals } from '../../errors.ts'
import type { Approvers } from './approvers.ts'
import * as repo from './approvals.repo.ts'
import type { ApprovalsPorts } from './carrying-out.ts'
import { sealRequest } from './sealed-request.ts'

/** A second person has a day: whoever asks at night reaches every shift. */
const waitingMs = 24 * 3600_000
/** Nobody buries a request under many others. */
const mostWaiting = 20

export type AskOutcome = { readonly approvalId: string } | 'one is enough' | 'alone'

interface Route {
  readonly method: string
  readonly url: string
}

/** Decides whether a call goes on at once, and keeps it for a second person if not. */
export function createAsking({ db, clock, vault, rules, publishAt, audit }: ApprovalsPorts, approvers: Approvers) {
  const ruleFor = ({ method, url }: Route) =>
    rules.find(({ endpoint }) => endpoint.method === method && endpoint.url === url)

  function rowOf({ action }: SecondPersonRule, caller: Caller, change: PowerChange) {
    const now = clock.now()
    return {
      ...{ id: orderedId(now), action, target: change.target, scope: change.scope },
      ...{ facts: toJson(change.facts), reason: change.reason },
      ...{ requested_by: caller.username, requested_at: now, expires_at: now + waitingMs },
      ...{ decided_by: null, decided_at: null, decision_reason: null, failure: null },
    }
  }

  async function goAlone(row: Omit<ApprovalRow, 'sealed' | 'state'>): Promise<AskOutcome> {
    const { requested_by: actor, target, reason, action } = row
    const details = { approvalId: row.id, endpoint: action }
    await audit.append({ actor, action: 'approvals.alone', target, reason, outcome: 'done', details })
    await repo.insertApproval(db, { ...row, sealed: null, state: 'alone', decided_at: clock.now() })
    publishAt('approval:changed', row.scope, { id: row.id, state: 'alone' })
    return 'alone'
  }

  return {
    hasRule: (route: Route) => ruleFor(route) !== undefined,

    async ask(route: Route, caller: Caller, input: object): Promise<AskOutcome> {
      const rule = ruleFor(route)
      if (!rule) throw new Error(`No rule says when ${route.url} needs a second person`)
      const change = await rule.needs(caller, input)
      if (!change) return 'one is enough'
      const row = rowOf(rule, caller, change)
      const { action, target, requested_by: requestedBy } = row
      const { sealed, hash } = sealRequest(vault, row.id, { action, requestedBy, target, input })
      if ((await approvers.of(row)).length === 0) return goAlone({ ...row, hash })
      if ((await repo.countWaitingOf(db, requestedBy)) >= mostWaiting) throw tooManyApprovals()
      await repo.insertApproval(db, { ...row, hash, sealed, state: 'waiting' })
      publishAt('approval:changed', row.scope, { id: row.id, state: 'waiting' })
      return { approvalId: row.id }
    },
  }
}
