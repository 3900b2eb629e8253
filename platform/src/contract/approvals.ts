import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Reason, Username } from './identity.ts'
import { Instant } from './primitives.ts'
import { Scope } from './roles.ts'

const ApprovalId = Type.String({ pattern: '^[0-9a-z-]{1,80}$' })

/**
 * - `waiting`: a second person has to say yes or no
 * - `approved`: agreed, being carried out
 * - `done`, `failed`: agreed and carried out, or not possible any more
 * - `declined`, `withdrawn`, `expired`: nothing happened
 * - `alone`: nobody else could have agreed, so it was carried out without
 */
export const approvalStates = [
  'waiting',
  'approved',
  'done',
  'failed',
  'declined',
  'withdrawn',
  'expired',
  'alone',
] as const
export const ApprovalState = Type.Enum([...approvalStates])
export type ApprovalState = Static<typeof ApprovalState>

/** What one person asked for and a second person has to agree to. */
export const Approval = Type.Object({
  id: ApprovalId,
  /** Name of the endpoint. */
  action: Type.String({ maxLength: 64 }),
  /** Whom or what it is about. */
  target: Type.String({ maxLength: 120 }),
  scope: Scope,
  /** What would become of it, in plain facts; never a secret. */
  facts: Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 300 })),
  reason: Reason,
  requestedBy: Username,
  requestedAt: Instant,
  expiresAt: Instant,
  state: ApprovalState,
  /** Of what will be carried out: whoever agrees, agrees to exactly this. */
  hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  decidedBy: Type.Optional(Username),
  decidedAt: Type.Optional(Instant),
  decisionReason: Type.Optional(Reason),
  /** Why it could not be carried out: a stable error code. */
  failure: Type.Optional(Type.String({ maxLength: 64 })),
  /** Whether the person who asks may agree to it. */
  mayApprove: Type.Boolean(),
})
export type Approval = Static<typeof Approval>

/** Says only that something changed: what it is about is asked for. */
export interface ApprovalChange {
  readonly id: string
  readonly state: ApprovalState
}

export const listApprovals = {
  method: 'GET',
  url: '/api/approvals',
  summary: 'What waits for a second person, and what was decided lately',
  access: ['admin'],
  audit: 'look',
  schema: { response: { 200: Type.Array(Approval) } },
} as const satisfies Endpoint

const params = Type.Object({ approvalId: ApprovalId })

export const approveRequest = {
  method: 'POST',
  url: '/api/approvals/:approvalId/approve',
  summary: 'Agree as the second person: what was asked for is carried out now, once',
  access: ['admin'],
  audit: 'change',
  schema: {
    params,
    body: Type.Object({ hash: Approval.properties.hash, reason: Reason }),
    response: { 200: Approval },
  },
} as const satisfies Endpoint

export const declineRequest = {
  method: 'POST',
  url: '/api/approvals/:approvalId/decline',
  summary: 'Refuse as the second person, or withdraw what you asked for yourself',
  access: ['admin'],
  audit: 'change',
  schema: { params, body: Type.Object({ reason: Reason }), response: { 200: Approval } },
} as const satisfies Endpoint
