import { chargeFor, type FeeLine, type StayFee } from './stay-fee.ts'
import type { Tariff, VehicleClass } from './tariff.ts'

const minuteMs = 60_000

/** Something that was paid or let off for a stay. */
export interface StayCredit {
  /** Negative: it was given back. */
  readonly fen: number
  /** UTC ms. */
  readonly at: number
  /** The amount was right up to here; for a payment, when it was quoted. */
  readonly coversUntil?: number | undefined
}

export type Coupon =
  /** The first minutes are not counted. */
  | { readonly kind: 'minutes'; readonly minutes: number }
  | { readonly kind: 'fen'; readonly fen: number }
  | { readonly kind: 'whole-stay' }

export interface ChargedStay {
  readonly vehicleClass: VehicleClass
  /** UTC ms, by the clock of the devices. */
  readonly enteredAt: number
  readonly now: number
  readonly credits?: readonly StayCredit[]
  readonly coupons?: readonly Coupon[]
  /** A permit counted up to here: the stay is charged from then on. */
  readonly exemptUntil?: number | undefined
  /** A permit counts from here on: the stay is charged up to then. */
  readonly chargedUntil?: number | undefined
}

export interface AmountDue {
  /** What the stay costs, less what coupons take off. */
  readonly totalFen: number
  readonly creditFen: number
  /** Never negative. */
  readonly dueFen: number
  /** More was paid than it costs. */
  readonly overpaidFen: number
  /** The stay is paid up to here. */
  readonly coveredUntil?: number
  /** Paid; it must have left by then, or more is due. */
  readonly leaveBy?: number
  readonly lines: readonly FeeLine[]
}

/**
 * What is due for a stay at `now`. After a payment that covered all, nothing is due for the grace; past it the whole
 * stay is counted and what was paid is taken off, so that it does not matter in how many parts somebody pays.
 */
export function amountDue(tariff: Tariff, stay: ChargedStay): AmountDue {
  const { credits = [], now } = stay
  const creditFen = credits.reduce((sum, { fen }) => sum + fen, 0)
  const covered = coveredBy(tariff, stay)
  // Where a permit counts again before the grace is over, the car is as good as gone.
  const isInGrace = covered !== undefined && Math.min(now, stay.chargedUntil ?? now) <= covered.leaveBy
  const { fen: totalFen, lines } = totalAt(tariff, stay, isInGrace ? covered.until : now)
  return {
    totalFen,
    creditFen,
    dueFen: Math.max(0, totalFen - creditFen),
    overpaidFen: Math.max(0, creditFen - totalFen),
    ...(covered && { coveredUntil: covered.until }),
    ...(isInGrace && stay.chargedUntil === undefined && { leaveBy: covered.leaveBy }),
    lines,
  }
}

/** The latest payment after which nothing was left to pay. */
function coveredBy(
  tariff: Tariff,
  stay: ChargedStay,
): { readonly until: number; readonly leaveBy: number } | undefined {
  const inOrder = [...(stay.credits ?? [])].sort((a, b) => a.at - b.at)
  let paid = 0
  let covered: { until: number; leaveBy: number } | undefined
  for (const { fen, at, coversUntil = at } of inOrder) {
    paid += fen
    if (at > stay.now || fen <= 0 || paid < totalAt(tariff, stay, coversUntil).fen) continue
    covered = { until: coversUntil, leaveBy: at + tariff.graceMinutes * minuteMs }
  }
  return covered
}

function totalAt(tariff: Tariff, stay: ChargedStay, now: number): StayFee {
  const { coupons = [], vehicleClass, enteredAt, exemptUntil = enteredAt, chargedUntil = now } = stay
  const [from, to] = [Math.max(enteredAt, exemptUntil), Math.min(now, chargedUntil)]
  const isFree = to - from <= tariff.freeMinutes * minuteMs || coupons.some(({ kind }) => kind === 'whole-stay')
  if (isFree) return { fen: 0, lines: [] }
  const uncounted = coupons.reduce((sum, coupon) => sum + (coupon.kind === 'minutes' ? coupon.minutes : 0), 0)
  const off = coupons.reduce((sum, coupon) => sum + (coupon.kind === 'fen' ? coupon.fen : 0), 0)
  const { fen, lines } = chargeFor(tariff, { vehicleClass, from: from + uncounted * minuteMs, to })
  return { fen: Math.max(0, fen - off), lines }
}
