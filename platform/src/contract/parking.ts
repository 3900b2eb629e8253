import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant, Sha256 } from './primitives.ts'

/** The right of one plate to come in. */
export const Permit = Type.Object({
  plate: Type.String({ minLength: 1, maxLength: 16 }),
  kind: Type.Enum(['monthly', 'own-space', 'visitor', 'internal', 'blacklist']),
  holder: Type.String({ maxLength: 60 }),
  validFrom: Type.Optional(Instant),
  validUntil: Type.Optional(Instant),
})
export type Permit = Static<typeof Permit>

/** One car at one lane and what was decided. */
export const Passage = Type.Object({
  id: Type.String(),
  compoundId: Id,
  deviceId: Id,
  at: Instant,
  late: Type.Boolean(),
  direction: Type.Enum(['in', 'out']),
  rawPlate: Type.String(),
  matchedPlate: Type.Optional(Type.String()),
  decision: Type.Enum(['open', 'refuse', 'ask']),
  rule: Type.String(),
  reason: Type.String(),
  picture: Type.Optional(Sha256),
})
export type Passage = Static<typeof Passage>

const CompoundParams = Type.Object({ compoundId: Id })

export const listPermits = {
  method: 'GET',
  url: '/api/compounds/:compoundId/permits',
  summary: 'The permits of a compound',
  access: ['admin', 'property', 'guard'],
  audit: 'look',
  schema: { params: CompoundParams, response: { 200: Type.Array(Permit) } },
} as const satisfies Endpoint

export const putPermits = {
  method: 'PUT',
  url: '/api/compounds/:compoundId/permits',
  summary: 'Replace the permits; a new revision goes to the gateway',
  access: ['admin', 'property'],
  audit: 'change',
  schema: {
    params: CompoundParams,
    body: Type.Array(Permit, { maxItems: 50_000 }),
    response: { 200: Type.Object({ revision: Type.Integer() }) },
  },
} as const satisfies Endpoint

export const listPassages = {
  method: 'GET',
  url: '/api/parking/passages',
  summary: 'The last cars at the lanes, newest first',
  access: ['admin', 'guard', 'property'],
  audit: 'look',
  schema: {
    querystring: Type.Object({
      compoundId: Type.Optional(Id),
      before: Type.Optional(Instant),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    }),
    response: { 200: Type.Array(Passage) },
  },
} as const satisfies Endpoint
