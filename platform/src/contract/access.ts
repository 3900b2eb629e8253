import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant, Sha256 } from './primitives.ts'

/** A person who may enter. The centre knows no face, only that the compound has one under `faceId`. */
export const Person = Type.Object({
  personId: Id,
  name: Type.String({ minLength: 1, maxLength: 60 }),
  household: Type.String({ maxLength: 60 }),
  /** Reference by which the gates report a recognised face. */
  faceId: Type.Optional(Type.String({ maxLength: 64 })),
  /** Version of the notice that the person agreed to; no consent, no face. */
  consentVersion: Type.Optional(Type.String({ maxLength: 20 })),
  cards: Type.Array(Type.String({ maxLength: 32 }), { maxItems: 10 }),
  validUntil: Type.Optional(Instant),
})
export type Person = Static<typeof Person>

/** One passage or refusal at a gate. */
export const AccessEntry = Type.Object({
  id: Type.String(),
  compoundId: Id,
  deviceId: Id,
  at: Instant,
  late: Type.Boolean(),
  method: Type.String(),
  decision: Type.Enum(['open', 'refuse']),
  rule: Type.String(),
  personId: Type.Optional(Type.String()),
  picture: Type.Optional(Sha256),
})
export type AccessEntry = Static<typeof AccessEntry>

const CompoundParams = Type.Object({ compoundId: Id })

export const listPeople = {
  method: 'GET',
  url: '/api/compounds/:compoundId/people',
  summary: 'Who may enter the compound',
  access: ['admin', 'property'],
  audit: 'look',
  schema: { params: CompoundParams, response: { 200: Type.Array(Person) } },
} as const satisfies Endpoint

export const putPeople = {
  method: 'PUT',
  url: '/api/compounds/:compoundId/people',
  summary: 'Replace the list of who may enter; a new revision goes to the gateway',
  access: ['admin', 'property'],
  audit: 'change',
  schema: {
    params: CompoundParams,
    body: Type.Array(Person, { maxItems: 50_000 }),
    response: { 200: Type.Object({ revision: Type.Integer() }) },
  },
} as const satisfies Endpoint

export const listAccessEntries = {
  method: 'GET',
  url: '/api/access/entries',
  summary: 'The last passages and refusals at the gates, newest first',
  access: ['admin', 'guard', 'property'],
  audit: 'look',
  schema: {
    querystring: Type.Object({
      compoundId: Type.Optional(Id),
      before: Type.Optional(Instant),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    }),
    response: { 200: Type.Array(AccessEntry) },
  },
} as const satisfies Endpoint
