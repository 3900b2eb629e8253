import { covers, type Endpoint, type UserEntry } from '../../contract/index.ts'
import type { Caller } from '../../core/ports.ts'
import type { SecondPersonRule } from '../../core/second-person.ts'
import type { ApprovalRow } from '../../database/people-tables.ts'

type About = Pick<ApprovalRow, 'action' | 'scope'>

const mayCall = ({ access }: Endpoint, role: UserEntry['role']) => typeof access === 'object' && access.includes(role)

/** Who may agree to what: whoever may call the endpoint for that place, except the person who asks. */
export function createApprovers(rules: readonly SecondPersonRule[], people: () => Promise<readonly UserEntry[]>) {
  function mayApprove(person: Caller, { action, scope }: About): boolean {
    const rule = rules.find((known) => known.action === action)
    return rule !== undefined && mayCall(rule.endpoint, person.role) && covers(person.scope, scope)
  }

  return {
    mayApprove,

    /** Everybody who could agree now. */
    of: async (row: About & Pick<ApprovalRow, 'requested_by'>) =>
      (await people()).filter(
        (person) => !person.disabled && person.username !== row.requested_by && mayApprove(person, row),
      ),
  }
}

export type Approvers = ReturnType<typeof createApprovers>
