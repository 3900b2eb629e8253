import { Type, type Static } from 'typebox'
import { eventFields, PictureName, reportFields } from './envelope.ts'

/** Every 30 s and on each change. */
export const FaceGateReport = Type.Object({
  ...reportFields,
  door: Type.Enum(['closed', 'open']),
  lock: Type.Enum(['locked', 'released', 'held-open']),
  temperatureCelsius: Type.Number({ minimum: -60, maximum: 120 }),
})
export type FaceGateReport = Static<typeof FaceGateReport>

const score = Type.Number({ minimum: 0, maximum: 1 })

export const FaceGateEvent = Type.Union([
  /** The terminal has matched a face in its own list. Liveness is the terminal's judgement. */
  Type.Object({
    ...eventFields,
    type: Type.Literal('face'),
    faceId: Type.String({ minLength: 1, maxLength: 64 }),
    score,
    liveness: score,
    picture: Type.Optional(PictureName),
  }),
  /** A face that matches nobody. */
  Type.Object({
    ...eventFields,
    type: Type.Literal('stranger'),
    liveness: score,
    picture: Type.Optional(PictureName),
  }),
  Type.Object({ ...eventFields, type: Type.Literal('card'), card: Type.String({ minLength: 1, maxLength: 32 }) }),
  Type.Object({
    ...eventFields,
    type: Type.Literal('door-alarm'),
    alarm: Type.Enum(['forced', 'held-open', 'tamper']),
  }),
])
export type FaceGateEvent = Static<typeof FaceGateEvent>

export const FaceGateCommand = Type.Union([
  Type.Object({ op: Type.Literal('open'), holdSeconds: Type.Integer({ minimum: 1, maximum: 60 }) }),
  /** Release the lock until `release`: fire, evacuation. */
  Type.Object({ op: Type.Literal('hold-open') }),
  Type.Object({ op: Type.Literal('release') }),
  Type.Object({ op: Type.Literal('say'), text: Type.String({ minLength: 1, maxLength: 200 }) }),
])
export type FaceGateCommand = Static<typeof FaceGateCommand>
