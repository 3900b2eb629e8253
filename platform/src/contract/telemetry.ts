import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { readingPattern } from './patterns.ts'
import { Id, Instant } from './primitives.ts'

/** Mean, lowest and highest value of one interval that starts at `at`. Booleans count as 0 and 1. */
export const TelemetryPoint = Type.Object({
  at: Instant,
  mean: Type.Number(),
  min: Type.Number(),
  max: Type.Number(),
  count: Type.Integer(),
})
export type TelemetryPoint = Static<typeof TelemetryPoint>

export const TelemetrySeries = Type.Object({
  deviceId: Id,
  reading: Type.String(),
  intervalMs: Type.Integer(),
  points: Type.Array(TelemetryPoint),
})
export type TelemetrySeries = Static<typeof TelemetrySeries>

export const getTelemetry = {
  method: 'GET',
  url: '/api/devices/:deviceId/telemetry',
  summary: 'One numeric or binary reading over time, in at most `points` intervals; empty intervals are left out',
  access: 'signed-in',
  audit: 'none',
  schema: {
    params: Type.Object({ deviceId: Id }),
    querystring: Type.Object({
      reading: Type.String({ pattern: readingPattern }),
      from: Instant,
      to: Instant,
      points: Type.Optional(Type.Integer({ minimum: 1, maximum: 2000, default: 300 })),
    }),
    response: { 200: TelemetrySeries },
  },
} as const satisfies Endpoint
