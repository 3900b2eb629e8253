import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant, Sha256 } from './primitives.ts'

const Fen = Type.Integer({ description: 'fen' })
const SessionId = Type.String({ minLength: 1, maxLength: 128 })
const Plate = Type.String({ maxLength: 16 })
const CompoundParams = Type.Object({ compoundId: Id })
const watchers = ['admin', 'guard', 'property'] as const

/** One stay of one car, as the centre keeps it. Money as settled at the lane, and as paid since. */
export const ParkingSessionEntry = Type.Object({
  sessionId: SessionId,
  compoundId: Id,
  /** As matched; empty for a car without a plate. */
  plate: Plate,
  rawPlate: Plate,
  vehicleClass: Type.String({ maxLength: 20 }),
  /** The right it came in with: `monthly`, `visitor`, `temporary` … */
  right: Type.String({ maxLength: 40 }),
  state: Type.Enum(['inside', 'closed', 'ghost']),
  entryLaneId: Id,
  enteredAt: Instant,
  entryPicture: Type.Optional(Sha256),
  exitLaneId: Type.Optional(Id),
  leftAt: Type.Optional(Instant),
  exitPicture: Type.Optional(Sha256),
  tariffVersion: Type.Optional(Type.Integer()),
  feeFen: Fen,
  paidFen: Fen,
  waivedFen: Fen,
  /** What is still owed of what was let go unpaid at the exit. */
  debtFen: Fen,
  /** Why it ended as it did, where that is not obvious. */
  note: Type.Optional(Type.String({ maxLength: 300 })),
})
export type ParkingSessionEntry = Static<typeof ParkingSessionEntry>

export const listParkingSessions = {
  method: 'GET',
  url: '/api/parking/sessions',
  summary: 'Stays of cars, newest first; `plate` finds any part of a plate',
  access: watchers,
  audit: 'look',
  schema: {
    querystring: Type.Object({
      compoundId: Type.Optional(Id),
      plate: Type.Optional(Type.String({ minLength: 2, maxLength: 16 })),
      state: Type.Optional(Type.Enum(['inside', 'closed', 'ghost'])),
      from: Type.Optional(Instant),
      to: Type.Optional(Instant),
      before: Type.Optional(Instant),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    }),
    response: { 200: Type.Array(ParkingSessionEntry) },
  },
} as const satisfies Endpoint

export const getParkingSession = {
  method: 'GET',
  url: '/api/parking/sessions/:sessionId',
  summary: 'One stay with its passages, payments and what its fee consists of',
  access: watchers,
  audit: 'look',
  schema: {
    params: Type.Object({ sessionId: SessionId }),
    response: {
      200: Type.Object({
        session: ParkingSessionEntry,
        /** What is due now: for a car that has left, its debt. */
        dueFen: Fen,
        lines: Type.Array(Type.Object({ from: Instant, to: Instant, fen: Fen, what: Type.String() })),
        payments: Type.Array(
          Type.Object({
            paymentId: Type.String(),
            at: Instant,
            fen: Fen,
            kind: Type.Enum(['payment', 'waiver', 'coupon', 'refund']),
            provider: Type.Optional(Type.String()),
            by: Type.Optional(Type.String()),
          }),
        ),
      }),
    },
  },
} as const satisfies Endpoint

/** One lane as a guard sees it. */
export const LaneView = Type.Object({
  laneId: Id,
  compoundId: Id,
  name: Type.String(),
  direction: Type.Enum(['in', 'out']),
  online: Type.Boolean(),
  arm: Type.Optional(Type.String()),
  loop: Type.Optional(Type.Boolean()),
  cameraId: Type.Optional(Id),
  /** The last reads, newest first. */
  reads: Type.Array(
    Type.Object({
      at: Instant,
      rawPlate: Plate,
      matchedPlate: Type.Optional(Plate),
      decision: Type.Enum(['open', 'refuse', 'ask', 'pay']),
      rule: Type.String(),
      reason: Type.String(),
      dueFen: Type.Optional(Fen),
      picture: Type.Optional(Sha256),
    }),
    { maxItems: 5 },
  ),
  queue: Type.Optional(Type.Object({ since: Instant, cars: Type.Integer() })),
})
export type LaneView = Static<typeof LaneView>

export const LotView = Type.Object({
  compoundId: Id,
  inside: Type.Integer(),
  capacity: Type.Optional(Type.Integer()),
  lanes: Type.Array(LaneView),
})
export type LotView = Static<typeof LotView>

export const listLots = {
  method: 'GET',
  url: '/api/parking/lots',
  summary: 'Occupancy and lanes of every compound in your scope, as they are now',
  access: [...watchers, 'supervisor'],
  audit: 'look',
  schema: { querystring: Type.Object({ compoundId: Type.Optional(Id) }), response: { 200: Type.Array(LotView) } },
} as const satisfies Endpoint

/** Figures of one compound over some days. */
export const ParkingReport = Type.Object({
  from: Instant,
  to: Instant,
  days: Type.Array(
    Type.Object({
      day: Type.String(),
      entries: Type.Integer(),
      exits: Type.Integer(),
      feeFen: Fen,
      paidFen: Fen,
      waivedFen: Fen,
      debtFen: Fen,
      /** Sessions that ended, for each space. */
      turnover: Type.Optional(Type.Number()),
    }),
  ),
  /** Cars inside at each full hour, and at the end. */
  occupancy: Type.Array(Type.Object({ at: Instant, inside: Type.Integer() })),
  /** How long cars stayed. */
  durations: Type.Array(Type.Object({ upToMinutes: Type.Union([Type.Integer(), Type.Null()]), count: Type.Integer() })),
})
export type ParkingReport = Static<typeof ParkingReport>

export const getParkingReport = {
  method: 'GET',
  url: '/api/compounds/:compoundId/parking/report',
  summary: 'Occupancy, duration, turnover and income by day',
  access: ['admin', 'property', 'supervisor'],
  audit: 'none',
  schema: {
    params: CompoundParams,
    querystring: Type.Object({ from: Instant, to: Instant }),
    response: { 200: ParkingReport },
  },
} as const satisfies Endpoint

/** A car that stands where it must not, or in the way of a lane. */
export const ParkingTicket = Type.Object({
  ticketId: Type.String(),
  compoundId: Id,
  kind: Type.Enum(['illegal-parking', 'blocked-lane']),
  state: Type.Enum(['open', 'cleared', 'dismissed']),
  plate: Type.Optional(Plate),
  place: Type.String({ maxLength: 120 }),
  laneId: Type.Optional(Id),
  picture: Type.Optional(Sha256),
  openedAt: Instant,
  openedBy: Type.String(),
  closedAt: Type.Optional(Instant),
  closedBy: Type.Optional(Type.String()),
  note: Type.Optional(Type.String({ maxLength: 500 })),
})
export type ParkingTicket = Static<typeof ParkingTicket>

export const listParkingTickets = {
  method: 'GET',
  url: '/api/parking/tickets',
  summary: 'Illegal parking and blocked lanes, newest first',
  access: [...watchers, 'grid'],
  audit: 'look',
  schema: {
    querystring: Type.Object({
      compoundId: Type.Optional(Id),
      state: Type.Optional(Type.Enum(['open', 'cleared', 'dismissed'])),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    }),
    response: { 200: Type.Array(ParkingTicket) },
  },
} as const satisfies Endpoint

export const openParkingTicket = {
  method: 'POST',
  url: '/api/compounds/:compoundId/parking/tickets',
  summary: 'Report a car that stands where it must not',
  access: [...watchers, 'grid'],
  audit: 'change',
  schema: {
    params: CompoundParams,
    body: Type.Pick(ParkingTicket, ['kind', 'plate', 'place', 'laneId', 'picture', 'note']),
    response: { 201: ParkingTicket },
  },
} as const satisfies Endpoint

export const closeParkingTicket = {
  method: 'POST',
  url: '/api/parking/tickets/:ticketId/close',
  summary: 'The car is gone, or the report was wrong',
  access: [...watchers, 'grid'],
  audit: 'change',
  schema: {
    params: Type.Object({ ticketId: Type.String({ maxLength: 64 }) }),
    body: Type.Object({
      state: Type.Enum(['cleared', 'dismissed']),
      note: Type.Optional(Type.String({ maxLength: 500 })),
    }),
    response: { 200: ParkingTicket },
  },
} as const satisfies Endpoint
