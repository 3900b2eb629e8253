import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { LaneToken } from './payments.ts'

const CommandId = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9-]+$' })
/** Kept by a phone: shows that a stand-in plate of a compound is its own. Nobody else is told. */
export const ClaimProof = Type.String({ minLength: 8, maxLength: 64, pattern: '^[A-Za-z0-9._-]+$' })

/** What has become of a claim. */
export const LaneClaim = Type.Object({
  /** `unpaid`: pay first; `refused`: see `rule`; `failed`: see `code`, as in `docs/errors.md` */
  state: Type.Enum(['waiting', 'opened', 'unpaid', 'refused', 'failed']),
  /** Of the lane: `lot-full`, `not-inside` … */
  rule: Type.Optional(Type.String({ maxLength: 128 })),
  code: Type.Optional(Type.String({ maxLength: 128 })),
  dueFen: Type.Optional(Type.Integer({ description: 'fen' })),
})
export type LaneClaim = Static<typeof LaneClaim>

export const claimLane = {
  method: 'POST',
  url: '/api/pay/:laneToken/unplated',
  summary: 'Say that the car in front of a lane has no plate and is mine; at the exit with the proof from the entrance',
  access: 'public',
  audit: 'command',
  schema: {
    params: Type.Object({ laneToken: LaneToken }),
    body: Type.Object({ proof: Type.Optional(ClaimProof) }),
    response: {
      202: Type.Object({ commandId: CommandId, plate: Type.String({ maxLength: 16 }), proof: ClaimProof }),
    },
  },
} as const satisfies Endpoint

export const getLaneClaim = {
  method: 'GET',
  url: '/api/pay/:laneToken/unplated/:commandId',
  summary: 'What the lane has decided about a car without a plate',
  access: 'public',
  audit: 'none',
  schema: {
    params: Type.Object({ laneToken: LaneToken, commandId: CommandId }),
    response: { 200: LaneClaim },
  },
} as const satisfies Endpoint
