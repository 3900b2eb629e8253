import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'

const Text = Type.Optional(Type.String())

/** The car in front of a lane, as far as it is known. Times are UTC ms of the device. */
export const Car = Type.Object({
  /** Of the read, or of the operator's order: with the lane it names the stay that begins. */
  eventId: Type.String(),
  at: Type.Number(),
  /** As matched; empty for a car without a plate. */
  plate: Type.String(),
  rawPlate: Type.String(),
  vehicleClass: Type.String(),
  right: Type.String(),
  groupId: Text,
  /** The stay that ends, at an exit. */
  sessionId: Text,
  /** Let off by an operator. */
  waivedFen: Type.Number(),
  picture: Text,
})
export type Car = Static<typeof Car>

/** A read with what was decided for it. */
export const Read = Type.Object({
  car: Car,
  colour: Type.String(),
  confidence: Type.Number(),
  decision: Type.Enum(['open', 'refuse', 'ask', 'pay']),
  rule: Type.String(),
  reason: Type.String(),
  /** What it was decided by; a car may be nobody's. */
  matchedPlate: Text,
  right: Text,
  distance: Type.Number(),
  candidates: Type.Array(Type.String()),
  dueFen: Type.Optional(Type.Number()),
  /** Since when this car has been told to pay. */
  unpaidSince: Type.Optional(Type.Number()),
  /** When the lane itself last noticed the car, of which its driver has said by phone which one it is. */
  claimedOf: Type.Optional(Type.Number()),
})
export type Read = Static<typeof Read>

/** What must survive a power cut of the cars in front of a lane. */
export const LaneState = Type.Object({
  /** The last read of a car that is still there. */
  read: Type.Optional(Read),
  /** The same of what the device tells afterwards: it must not be taken for the car that stands there now. */
  history: Type.Optional(Read),
  /** Cars that the arm was opened for and that have not passed, the first one first. */
  openings: Type.Array(Car),
  /** Told as a queue, and not yet that it is gone. */
  queueingSince: Type.Optional(Type.Number()),
})
export type LaneState = Static<typeof LaneState>

export const laneStateShape = Compile(LaneState)
