import { Type, type Static } from 'typebox'
import { eventFields, PictureName, reportFields } from './envelope.ts'

export const PlateColour = Type.Enum(['blue', 'yellow', 'green', 'white', 'black', 'unknown'])
export type PlateColour = Static<typeof PlateColour>

/** Every 30 s and on each change. */
export const BarrierReport = Type.Object({
  ...reportFields,
  arm: Type.Enum(['closed', 'opening', 'open', 'closing', 'fault']),
  /** Whether the induction loop under the arm is occupied. */
  loop: Type.Boolean(),
  /** Whether the radar sees something under the arm; left out by a lane that has none. */
  radar: Type.Optional(Type.Boolean()),
  temperatureCelsius: Type.Number({ minimum: -60, maximum: 120 }),
})
export type BarrierReport = Static<typeof BarrierReport>

export const BarrierEvent = Type.Union([
  /** The lane camera has read a plate (an empty string: a car without one). */
  Type.Object({
    ...eventFields,
    type: Type.Literal('plate'),
    plate: Type.String({ maxLength: 16 }),
    colour: PlateColour,
    confidence: Type.Number({ minimum: 0, maximum: 100 }),
    /** What else it may be, the likeliest first. */
    candidates: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 16 }), { maxItems: 9 })),
    /** Looks like a picture of a plate. */
    fake: Type.Optional(Type.Boolean()),
    picture: Type.Optional(PictureName),
  }),
  /** The loop was released behind the open arm: the car is through. */
  Type.Object({ ...eventFields, type: Type.Literal('passed') }),
  /** The car went back before it crossed. */
  Type.Object({ ...eventFields, type: Type.Literal('reversed') }),
  /** Somebody pressed the help button. */
  Type.Object({ ...eventFields, type: Type.Literal('call'), picture: Type.Optional(PictureName) }),
  /** The loop was taken a second time before the arm came down: two cars for one opening. */
  Type.Object({ ...eventFields, type: Type.Literal('tailgated'), picture: Type.Optional(PictureName) }),
  /** The arm was pushed up or broken through although nothing had told it to open. */
  Type.Object({ ...eventFields, type: Type.Literal('forced'), picture: Type.Optional(PictureName) }),
  /** Loop or radar have kept the open arm from coming down for a minute. */
  Type.Object({ ...eventFields, type: Type.Literal('blocked'), picture: Type.Optional(PictureName) }),
])
export type BarrierEvent = Static<typeof BarrierEvent>

export const BarrierCommand = Type.Union([
  /** Raise the arm; the controller lowers it by itself once the loop is free. */
  Type.Object({ op: Type.Literal('open') }),
  /** Raise the arm and keep it up until `release`: fire, evacuation. */
  Type.Object({ op: Type.Literal('hold-open') }),
  Type.Object({ op: Type.Literal('release') }),
  Type.Object({
    op: Type.Literal('display'),
    lines: Type.Array(Type.String({ maxLength: 32 }), { minItems: 1, maxItems: 4 }),
    /** Spoken by the lane's loudspeaker. */
    voice: Type.Optional(Type.String({ maxLength: 200 })),
  }),
])
export type BarrierCommand = Static<typeof BarrierCommand>
