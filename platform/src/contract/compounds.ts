import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant } from './primitives.ts'
import { Scope } from './roles.ts'

/** Metres on the site plan, from its lower left corner. */
export const PlanPosition = Type.Object({
  x: Type.Number({ minimum: 0, maximum: 10_000 }),
  y: Type.Number({ minimum: 0, maximum: 10_000 }),
})
export type PlanPosition = Static<typeof PlanPosition>

/** What is drawn under the devices: buildings, roads, green. All in metres. */
export const SitePlan = Type.Object({
  width: Type.Number({ minimum: 10, maximum: 10_000 }),
  height: Type.Number({ minimum: 10, maximum: 10_000 }),
  shapes: Type.Array(
    Type.Object({
      kind: Type.Enum(['building', 'road', 'green', 'gate']),
      label: Type.Optional(Type.String({ maxLength: 40 })),
      points: Type.Array(PlanPosition, { minItems: 2, maxItems: 200 }),
    }),
    { maxItems: 500 },
  ),
})
export type SitePlan = Static<typeof SitePlan>

/** One residential compound. Its `path` is its place in street/community/compound. */
export const Compound = Type.Object({
  id: Id,
  name: Type.String({ minLength: 1, maxLength: 60 }),
  path: Scope,
  plan: Type.Optional(SitePlan),
})
export type Compound = Static<typeof Compound>

/** One edge gateway and how it is doing. */
export const Gateway = Type.Object({
  id: Id,
  compoundId: Id,
  online: Type.Boolean(),
  lastSeenAt: Type.Optional(Instant),
  /** Highest outbox number that is stored here without a gap below it. */
  lastSeq: Type.Integer({ minimum: 0 }),
  /** Records that the gateway still holds for us, as of its last word. */
  backlog: Type.Integer({ minimum: 0 }),
  /** Gateway clock minus platform clock, milliseconds. */
  clockOffsetMs: Type.Optional(Type.Number()),
  version: Type.Optional(Type.String({ maxLength: 40 })),
  /** Since then it signs in with certificates, and its secret no longer counts. */
  enrolledAt: Type.Optional(Instant),
})
export type Gateway = Static<typeof Gateway>

export const listCompounds = {
  method: 'GET',
  url: '/api/compounds',
  summary: 'The compounds inside your scope',
  access: 'signed-in',
  audit: 'none',
  schema: { response: { 200: Type.Array(Compound) } },
} as const satisfies Endpoint

export const putCompound = {
  method: 'PUT',
  url: '/api/compounds/:compoundId',
  summary: 'Create or change a compound',
  access: ['admin', 'installer'],
  audit: 'change',
  schema: {
    params: Type.Object({ compoundId: Id }),
    body: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 60 }),
      path: Scope,
      plan: Type.Optional(SitePlan),
    }),
    response: { 200: Compound },
  },
} as const satisfies Endpoint

export const listGateways = {
  method: 'GET',
  url: '/api/gateways',
  summary: 'The gateways inside your scope, with backlog and clock',
  access: ['admin', 'supervisor', 'guard', 'installer'],
  audit: 'none',
  schema: { response: { 200: Type.Array(Gateway) } },
} as const satisfies Endpoint

export const putGateway = {
  method: 'PUT',
  url: '/api/gateways/:gatewayId',
  summary: 'Register a gateway; the answer to the first call carries its secret, which is never shown again',
  access: ['admin', 'installer'],
  audit: 'change',
  schema: {
    params: Type.Object({ gatewayId: Id }),
    body: Type.Object({ compoundId: Id, rotateSecret: Type.Optional(Type.Boolean()) }),
    response: { 200: Type.Object({ gateway: Gateway, secret: Type.Optional(Type.String()) }) },
  },
} as const satisfies Endpoint
