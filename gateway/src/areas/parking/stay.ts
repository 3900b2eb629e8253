import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'

const Text = Type.Optional(Type.String())

/** When something happened, UTC ms. */
export interface Moment {
  /** By the clock of its lane. */
  readonly at: number
  /** By the clock of the gateway, which is one for all lanes. */
  readonly gatewayAt: number
}

/** One car inside, from the moment it has passed the arm. Times are UTC ms of its lane, if nothing else is said. */
export const Stay = Type.Object({
  /** `<lane>/<event id of the entry read>`: the same for every repetition of that entry. */
  sessionId: Type.String(),
  /** As matched; empty for a car without a plate. */
  plate: Type.String(),
  rawPlate: Type.String(),
  vehicleClass: Type.String(),
  /** What let it in: `monthly`, `visitor`, `temporary` … */
  right: Type.String(),
  /** Cars that share spaces. */
  groupId: Text,
  /** What it is charged from, when its right did not hold for the whole stay. */
  enteredAt: Type.Number(),
  /** The same by the clock of the gateway; earlier versions did not note it. */
  gatewayAt: Type.Optional(Type.Number()),
  laneId: Type.String(),
  picture: Text,
})
export type Stay = Static<typeof Stay>

/** A stay that has ended; kept for some days, for what devices tell late. */
export const PastStay = Type.Object({
  stay: Stay,
  leftAt: Type.Number(),
  /** The same by the clock of the gateway; earlier versions did not note it. */
  gatewayAt: Type.Optional(Type.Number()),
  /** `ghost`: nobody saw it leave. */
  outcome: Type.Enum(['left', 'ghost']),
})
export type PastStay = Static<typeof PastStay>

/** A car that has left and of which nobody knows how it had come in: its entry may be told later. */
export const LooseExit = Type.Object({
  /** `<lane>/<event id of the passage>` */
  exitId: Type.String(),
  /** Empty when it was not read. */
  plate: Type.String(),
  /** By the clock of the gateway. */
  at: Type.Number(),
  /** By the clock of its lane, which is what a stay is charged by; earlier versions noted one time for both. */
  leftAt: Type.Optional(Type.Number()),
  laneId: Type.String(),
  waivedFen: Type.Number(),
  picture: Text,
})
export type LooseExit = Static<typeof LooseExit>

/** Somewhere in between, by the clock of the gateway, a car left and came in again; only the second entry is known. */
export const Gap = Type.Object({
  gapId: Type.String(),
  plate: Type.String(),
  from: Type.Number(),
  to: Type.Number(),
})
export type Gap = Static<typeof Gap>

/** One car that has gone through: one more inside, or one less. */
export const Crossing = Type.Object({
  /** `<lane>/<event id of the passage>` */
  crossingId: Type.String(),
  /** By the clock of the gateway. */
  at: Type.Number(),
  by: Type.Union([Type.Literal(1), Type.Literal(-1)]),
})
export type Crossing = Static<typeof Crossing>

/** What happened at two lanes is compared by the one clock of the gateway: that of either may be wrong. */
export const begunAt = ({ enteredAt, gatewayAt = enteredAt }: Stay): number => gatewayAt
export const endedAt = ({ leftAt, gatewayAt = leftAt }: PastStay): number => gatewayAt

/** The end of a stay. Clocks of two lanes may differ by more than it took, and none is shorter than nothing. */
export function endOf(stay: Stay, { at, gatewayAt }: Moment, outcome: PastStay['outcome']): PastStay {
  return { stay, leftAt: Math.max(at, stay.enteredAt), gatewayAt: Math.max(gatewayAt, begunAt(stay)), outcome }
}

export const stayShape = Compile(Stay)
export const pastStayShape = Compile(PastStay)
export const looseExitShape = Compile(LooseExit)
export const gapShape = Compile(Gap)
export const crossingShape = Compile(Crossing)
