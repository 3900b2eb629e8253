import { Type, type Static } from 'typebox'
import { LanePolicy, MonthlyTerms, RevenueShare, Tariff } from '../domain/index.ts'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant } from './primitives.ts'

const CompoundParams = Type.Object({ compoundId: Id })
const Fen = Type.Integer({ description: 'fen' })
const keepers = ['admin', 'property'] as const

/** How the lot of a compound is run: what its gateway decides with, besides permits. */
export const ParkingRules = Type.Object({
  /** Cars that fit in; without it the lot is never full. */
  capacity: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
  /** For lanes that are not named in `lanes`. */
  policy: LanePolicy,
  lanes: Type.Record(Id, LanePolicy),
  /** What drivers may renew a monthly permit for at the lane; without it they cannot. */
  monthly: Type.Optional(MonthlyTerms),
  /** Every version that a car inside may have come in under; the newest last. */
  tariffs: Type.Array(Tariff, { maxItems: 100 }),
})
export type ParkingRules = Static<typeof ParkingRules>

export const getParkingRules = {
  method: 'GET',
  url: '/api/compounds/:compoundId/parking/rules',
  summary: 'Lot, lane policies and tariffs of a compound',
  access: ['admin', 'property', 'guard', 'supervisor'],
  audit: 'none',
  schema: { params: CompoundParams, response: { 200: ParkingRules } },
} as const satisfies Endpoint

export const putLanePolicies = {
  method: 'PUT',
  url: '/api/compounds/:compoundId/parking/policies',
  summary: 'Set capacity and lane policies; a new revision goes to the gateway',
  access: keepers,
  audit: 'change',
  schema: {
    params: CompoundParams,
    body: Type.Omit(ParkingRules, ['tariffs']),
    response: { 200: Type.Object({ revision: Type.Integer() }) },
  },
} as const satisfies Endpoint

/** What a person writes; the platform gives it id and version. */
export const TariffDraft = Type.Omit(Tariff, ['tariffId', 'version'])
export type TariffDraft = Static<typeof TariffDraft>

export const addTariff = {
  method: 'POST',
  url: '/api/compounds/:compoundId/parking/tariffs',
  summary: 'Add a version of the tariff, for cars that come in from `validFrom` on; earlier versions stay as they are',
  access: keepers,
  audit: 'change',
  schema: { params: CompoundParams, body: TariffDraft, response: { 201: Tariff } },
} as const satisfies Endpoint

/** One real session under a draft. */
export const WhatIfSession = Type.Object({
  sessionId: Type.String({ maxLength: 128 }),
  plate: Type.String({ maxLength: 16 }),
  enteredAt: Instant,
  leftAt: Instant,
  chargedFen: Fen,
  draftFen: Fen,
})
export type WhatIfSession = Static<typeof WhatIfSession>

export const WhatIf = Type.Object({
  from: Instant,
  to: Instant,
  sessions: Type.Integer(),
  chargedFen: Fen,
  draftFen: Fen,
  dearer: Type.Integer(),
  cheaper: Type.Integer(),
  unchanged: Type.Integer(),
  /** By how much sessions change: counts of each step, ascending. */
  changes: Type.Array(Type.Object({ fromFen: Fen, toFen: Fen, count: Type.Integer() })),
  /** Income of each local day. */
  days: Type.Array(Type.Object({ day: Type.String(), chargedFen: Fen, draftFen: Fen })),
  /** The sessions that change most. */
  examples: Type.Array(WhatIfSession, { maxItems: 50 }),
})
export type WhatIf = Static<typeof WhatIf>

export const whatIf = {
  method: 'POST',
  url: '/api/compounds/:compoundId/parking/what-if',
  summary: 'Replay the real sessions of a month under a draft tariff: what would change. Nothing is stored',
  access: [...keepers, 'supervisor'],
  audit: 'look',
  schema: {
    params: CompoundParams,
    body: Type.Object({ month: Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])$' }), draft: TariffDraft }),
    response: { 200: WhatIf },
  },
} as const satisfies Endpoint

export const putRevenueShare = {
  method: 'POST',
  url: '/api/compounds/:compoundId/parking/shares',
  summary: 'Agree on a new revenue share from a date on; earlier ones stay as they are',
  access: ['admin'],
  audit: 'change',
  schema: {
    params: CompoundParams,
    body: Type.Omit(RevenueShare, ['version']),
    response: { 201: RevenueShare },
  },
} as const satisfies Endpoint

export const listRevenueShares = {
  method: 'GET',
  url: '/api/compounds/:compoundId/parking/shares',
  summary: 'Agreed revenue shares, the newest last',
  access: [...keepers, 'supervisor'],
  audit: 'none',
  schema: { params: CompoundParams, response: { 200: Type.Array(RevenueShare) } },
} as const satisfies Endpoint
