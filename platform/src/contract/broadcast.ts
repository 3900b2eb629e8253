import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant } from './primitives.ts'

/** Most urgent first. Anything below `emergency` is refused in quiet hours. */
export const broadcastPriorities = ['emergency', 'fire-police', 'government', 'property', 'scheduled', 'music'] as const
export const BroadcastPriority = Type.Enum([...broadcastPriorities])
export type BroadcastPriority = (typeof broadcastPriorities)[number]

export const SpeakerState = Type.Enum(['queued', 'fetched', 'started', 'finished', 'failed', 'pre-empted'])
export type SpeakerState = Static<typeof SpeakerState>

/** How far one speaker has come with one announcement. */
export const SpeakerProgress = Type.Object({
  deviceId: Id,
  state: SpeakerState,
  at: Instant,
  /** Played time, once finished. */
  durationMs: Type.Optional(Type.Integer({ minimum: 0 })),
  reason: Type.Optional(Type.String({ maxLength: 200 })),
})
export type SpeakerProgress = Static<typeof SpeakerProgress>

export const Broadcast = Type.Object({
  id: Type.String({ maxLength: 64 }),
  compoundId: Id,
  text: Type.String({ minLength: 1, maxLength: 500 }),
  priority: BroadcastPriority,
  reason: Type.Optional(Type.String({ maxLength: 200 })),
  by: Type.String(),
  at: Instant,
  speakers: Type.Array(SpeakerProgress),
})
export type Broadcast = Static<typeof Broadcast>

const announcers = ['admin', 'broadcaster', 'guard', 'property'] as const

export const startBroadcast = {
  method: 'POST',
  url: '/api/broadcasts',
  summary: 'Say a text through chosen speakers of one compound, now',
  access: announcers,
  audit: 'command',
  schema: {
    body: Type.Object({
      compoundId: Id,
      text: Type.String({ minLength: 1, maxLength: 500 }),
      speakerIds: Type.Array(Id, { minItems: 1, maxItems: 200, uniqueItems: true }),
      priority: BroadcastPriority,
      reason: Type.Optional(Type.String({ maxLength: 200 })),
    }),
    response: { 202: Broadcast },
  },
} as const satisfies Endpoint

export const listBroadcasts = {
  method: 'GET',
  url: '/api/broadcasts',
  summary: 'The last announcements inside your scope, newest first',
  access: 'signed-in',
  audit: 'none',
  schema: {
    querystring: Type.Object({ compoundId: Type.Optional(Id) }),
    response: { 200: Type.Array(Broadcast) },
  },
} as const satisfies Endpoint

export const getBroadcast = {
  method: 'GET',
  url: '/api/broadcasts/:broadcastId',
  summary: 'One announcement with the result of every speaker',
  access: 'signed-in',
  audit: 'none',
  schema: { params: Type.Object({ broadcastId: Type.String({ maxLength: 64 }) }), response: { 200: Broadcast } },
} as const satisfies Endpoint
