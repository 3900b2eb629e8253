import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant, Sha256 } from './primitives.ts'

const Fen = Type.Integer({ description: 'fen' })
const Plate = Type.String({ maxLength: 16 })
const CallId = Type.String({ minLength: 1, maxLength: 128 })
const answerers = ['admin', 'guard'] as const

/** A plate that the camera may have meant, for a person to choose from. */
export const PlateCandidate = Type.Object({
  plate: Plate,
  /** The stay that it would end, at an exit. */
  sessionId: Type.Optional(Type.String({ maxLength: 128 })),
  enteredAt: Type.Optional(Instant),
  entryPicture: Type.Optional(Sha256),
  /** Its right, in the words of permits; `temporary` without one. */
  right: Type.String({ maxLength: 40 }),
  dueFen: Type.Optional(Fen),
})
export type PlateCandidate = Static<typeof PlateCandidate>

/** Somebody at a lane needs a person. Calls of all compounds in scope stand in one queue, the longest waiting first. */
export const LaneCall = Type.Object({
  callId: CallId,
  compoundId: Id,
  laneId: Id,
  direction: Type.Enum(['in', 'out']),
  /** `button`, or the rule for which the lane itself asks a person. */
  cause: Type.String({ maxLength: 40 }),
  state: Type.Enum(['ringing', 'answered', 'ended']),
  at: Instant,
  receivedAt: Instant,
  rawPlate: Type.Optional(Plate),
  picture: Type.Optional(Sha256),
  reason: Type.Optional(Type.String({ maxLength: 300 })),
  dueFen: Type.Optional(Fen),
  candidates: Type.Array(PlateCandidate, { maxItems: 10 }),
  answeredBy: Type.Optional(Type.String()),
  answeredAt: Type.Optional(Instant),
  endedAt: Type.Optional(Instant),
  /** How it ended: `raised`, `paid`, `left`, `closed`, `expired`. */
  outcome: Type.Optional(Type.String({ maxLength: 20 })),
})
export type LaneCall = Static<typeof LaneCall>

export const raiseReasons = [
  'resident-known',
  'visitor-confirmed',
  'misread',
  'paid-otherwise',
  'payment-impossible',
  'emergency',
  'delivery',
  'staff',
  'other',
] as const

/** One remote raise, with everything that is reviewed at the end of the shift. */
export const LaneRaise = Type.Object({
  raiseId: Type.String(),
  compoundId: Id,
  laneId: Id,
  callId: Type.Optional(CallId),
  commandId: Type.String(),
  by: Type.String(),
  at: Instant,
  reason: Type.Enum([...raiseReasons]),
  note: Type.Optional(Type.String({ maxLength: 300 })),
  /** The plate that the operator let through, or `none`. */
  plate: Type.String({ maxLength: 16 }),
  sessionId: Type.Optional(Type.String({ maxLength: 128 })),
  waivedFen: Fen,
  pictureBefore: Type.Optional(Sha256),
  pictureAfter: Type.Optional(Sha256),
  reviewedBy: Type.Optional(Type.String()),
  reviewedAt: Type.Optional(Instant),
  verdict: Type.Optional(Type.Enum(['right', 'wrong'])),
  reviewNote: Type.Optional(Type.String({ maxLength: 300 })),
})
export type LaneRaise = Static<typeof LaneRaise>

const CallParams = Type.Object({ callId: CallId })

export const listLaneCalls = {
  method: 'GET',
  url: '/api/parking/calls',
  summary: 'Calls from the lanes in your scope: those that wait, longest first, then those of the last hours',
  access: answerers,
  audit: 'look',
  schema: {
    querystring: Type.Object({ state: Type.Optional(Type.Enum(['waiting', 'all'])) }),
    response: { 200: Type.Array(LaneCall) },
  },
} as const satisfies Endpoint

export const answerLaneCall = {
  method: 'POST',
  url: '/api/parking/calls/:callId/answer',
  summary: 'Take a call: it stops ringing for the others. Refused when somebody else has it',
  access: answerers,
  audit: 'change',
  schema: { params: CallParams, response: { 200: LaneCall } },
} as const satisfies Endpoint

export const handBackLaneCall = {
  method: 'POST',
  url: '/api/parking/calls/:callId/hand-back',
  summary:
    'Put a call that you have taken back into the queue: it rings again for everybody. An administrator may for others',
  access: answerers,
  audit: 'change',
  schema: { params: CallParams, response: { 200: LaneCall } },
} as const satisfies Endpoint

export const endLaneCall = {
  method: 'POST',
  url: '/api/parking/calls/:callId/end',
  summary: 'End a call without opening; the lane says why',
  access: answerers,
  audit: 'change',
  schema: {
    params: CallParams,
    body: Type.Object({
      /** Shown and spoken at the lane. */
      say: Type.Optional(Type.String({ maxLength: 200 })),
    }),
    response: { 200: LaneCall },
  },
} as const satisfies Endpoint

export const raiseLane = {
  method: 'POST',
  url: '/api/parking/lanes/:laneId/raise',
  summary: 'Raise the arm from afar, with a reason; what is due is waived or stays a debt',
  access: answerers,
  audit: 'command',
  schema: {
    params: Type.Object({ laneId: Id }),
    body: Type.Object({
      callId: Type.Optional(CallId),
      reason: Type.Enum([...raiseReasons]),
      note: Type.Optional(Type.String({ maxLength: 300 })),
      /** As chosen by the operator; `none` when there is no plate. */
      plate: Type.String({ minLength: 1, maxLength: 16 }),
      sessionId: Type.Optional(Type.String({ maxLength: 128 })),
      /** Of what is due; the rest stays a debt. */
      waivedFen: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
    }),
    response: { 202: LaneRaise },
  },
} as const satisfies Endpoint

export const listLaneRaises = {
  method: 'GET',
  url: '/api/parking/raises',
  summary: 'Remote raises of a shift, newest first',
  access: ['admin', 'guard', 'property', 'supervisor'],
  audit: 'look',
  schema: {
    querystring: Type.Object({
      compoundId: Type.Optional(Id),
      from: Type.Optional(Instant),
      to: Type.Optional(Instant),
      reviewed: Type.Optional(Type.Enum(['yes', 'no'])),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 200 })),
    }),
    response: { 200: Type.Array(LaneRaise) },
  },
} as const satisfies Endpoint

export const reviewLaneRaise = {
  method: 'POST',
  url: '/api/parking/raises/:raiseId/review',
  summary: 'Judge a remote raise at the end of the shift; not by who made it',
  access: ['admin', 'property', 'supervisor', 'guard'],
  audit: 'change',
  schema: {
    params: Type.Object({ raiseId: Type.String({ maxLength: 64 }) }),
    body: Type.Object({
      verdict: Type.Enum(['right', 'wrong']),
      note: Type.Optional(Type.String({ maxLength: 300 })),
    }),
    response: { 200: LaneRaise },
  },
} as const satisfies Endpoint
