import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant } from './primitives.ts'

export const AuditOutcome = Type.Enum(['asked', 'done', 'refused', 'failed'])
export type AuditOutcome = Static<typeof AuditOutcome>

/** Number of an entry; counts from 1 over all days. */
const EntryNumber = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })

/** Who did what, when, from where and why. */
export const AuditLogEntry = Type.Object({
  number: EntryNumber,
  /** UTC day of the chain that it belongs to. */
  day: Type.String(),
  at: Instant,
  actor: Type.String(),
  /** Name of the endpoint, or `area.what` for what happens without one. */
  action: Type.String(),
  target: Type.Optional(Type.String()),
  compoundId: Type.Optional(Type.String()),
  address: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  outcome: AuditOutcome,
  details: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
  hash: Hash,
})
export type AuditLogEntry = Static<typeof AuditLogEntry>

export const AuditFilter = Type.Object({
  from: Type.Optional(Instant),
  to: Type.Optional(Instant),
  actor: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
  action: Type.Optional(Type.String({ pattern: '^[a-zA-Z][a-zA-Z.-]{0,79}$' })),
  target: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  compoundId: Type.Optional(Id),
  outcome: Type.Optional(AuditOutcome),
  /** Anywhere in actor, action, target, address, reason or details. */
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
})
export type AuditFilter = Static<typeof AuditFilter>

/** `before` goes on where this page ended; without it there is nothing older. A page may be empty and yet go on. */
export const AuditPage = Type.Object({
  entries: Type.Array(AuditLogEntry),
  before: Type.Optional(EntryNumber),
})
export type AuditPage = Static<typeof AuditPage>

/** What is wrong with the chain, as far as it can be told from what is left. */
export const AuditProblem = Type.Object({
  what: Type.Enum(['changed', 'removed', 'inserted', 'reordered', 'cut-off', 'anchor']),
  day: Type.String(),
  number: Type.Integer(),
  /** Last number of a range. */
  until: Type.Optional(Type.Integer()),
  at: Type.Optional(Instant),
  actor: Type.Optional(Type.String()),
  action: Type.Optional(Type.String()),
  message: Type.String(),
})
export type AuditProblem = Static<typeof AuditProblem>

export const AuditVerification = Type.Object({
  running: Type.Boolean(),
  last: Type.Optional(
    Type.Object({
      at: Instant,
      entries: Type.Integer({ minimum: 0 }),
      anchors: Type.Integer({ minimum: 0 }),
      problems: Type.Array(AuditProblem),
    }),
  ),
})
export type AuditVerification = Static<typeof AuditVerification>

export const listAuditEntries = {
  method: 'GET',
  url: '/api/audit/entries',
  summary: 'The audit log, newest first; inside a scope what concerns its compounds. Page with `before`',
  access: ['admin', 'supervisor'],
  audit: 'look',
  schema: {
    querystring: Type.Object({
      ...AuditFilter.properties,
      before: Type.Optional(EntryNumber),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    }),
    response: { 200: AuditPage },
  },
} as const satisfies Endpoint

export const exportAuditEntries = {
  method: 'GET',
  url: '/api/audit/export',
  summary: 'The audit log of at most 366 days as a file, oldest first: CSV for a spreadsheet or one JSON object a line',
  access: ['admin', 'supervisor'],
  audit: 'look',
  schema: {
    querystring: Type.Object({
      ...AuditFilter.properties,
      from: Instant,
      to: Instant,
      format: Type.Enum(['csv', 'jsonl']),
    }),
    response: { 200: Type.Unknown() },
  },
} as const satisfies Endpoint

export const getAuditVerification = {
  method: 'GET',
  url: '/api/audit/verification',
  summary: 'Whether the chain of the audit log was whole when it was last verified',
  access: ['admin'],
  audit: 'none',
  schema: { response: { 200: AuditVerification } },
} as const satisfies Endpoint

export const runAuditVerification = {
  method: 'POST',
  url: '/api/audit/verification',
  summary: 'Verify the chain now; answers at once, the result follows',
  access: ['admin'],
  audit: 'change',
  schema: { response: { 202: AuditVerification } },
} as const satisfies Endpoint
