import { Type, type Static } from 'typebox'

/** How one lane treats cars. The default is that of a compound where only permits come in. */
export const LanePolicy = Type.Object({
  /**
   * `strict` 严进严出; `strict-entry` 严进宽出: whoever is inside gets out, with a debt if need be;
   * `lenient` 宽进宽出: everybody but the blacklist is let in and out, and recorded.
   */
  mode: Type.Enum(['strict', 'strict-entry', 'lenient'], { default: 'strict' }),
  /** Cars without a right may come in, and pay. */
  temporary: Type.Boolean({ default: false }),
  /** A car whose permit has ended: one choice for entry and exit. */
  expired: Type.Enum(['temporary', 'refuse'], { default: 'refuse' }),
  /** A car that comes in while it is inside: somebody did not see it leave. */
  alreadyInside: Type.Enum(['open', 'ask'], { default: 'open' }),
  /** A car at the exit that nobody saw come in. */
  notInside: Type.Enum(['open', 'ask', 'refuse'], { default: 'refuse' }),
  /** A car at the exit that does not pay and whom nobody helps. */
  unpaid: Type.Enum(['hold-for-help', 'open-and-record-debt'], { default: 'hold-for-help' }),
  /** After so long at the exit without payment `unpaid` applies. */
  unpaidPatienceSeconds: Type.Integer({ minimum: 5, maximum: 3600, default: 120 }),
  /** A queue at an entrance: so many cars, or the loop occupied for so long. */
  queueCars: Type.Integer({ minimum: 1, maximum: 50, default: 3 }),
  queueSeconds: Type.Integer({ minimum: 5, maximum: 3600, default: 60 }),
})
export type LanePolicy = Static<typeof LanePolicy>

export const defaultLanePolicy: LanePolicy = {
  mode: 'strict',
  temporary: false,
  expired: 'refuse',
  alreadyInside: 'open',
  notInside: 'refuse',
  unpaid: 'hold-for-help',
  unpaidPatienceSeconds: 120,
  queueCars: 3,
  queueSeconds: 60,
}
