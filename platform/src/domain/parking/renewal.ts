import { Type, type Static } from 'typebox'
import type { PermitKind, PermitRule } from './permits.ts'

const dayMs = 86_400_000

/** What a monthly permit costs; without terms nothing is renewed at the lane. */
export const MonthlyTerms = Type.Object({
  /** Fen for one month. */
  fen: Type.Integer({ minimum: 1, maximum: 10_000_000 }),
  /** The most that is paid for at once. */
  maxMonths: Type.Integer({ minimum: 1, maximum: 12 }),
})
export type MonthlyTerms = Static<typeof MonthlyTerms>

/** For how many months one can pay at once, as far as the terms allow. */
export const renewalMonths = [1, 3, 6, 12] as const

/** Clocks on a wall of the compound: by how much they are ahead of UTC, and the moment at which they show something. */
export interface WallClock {
  readonly offsetAt: (at: number) => number
  readonly momentOf: (shown: number) => number
}

interface Ending {
  readonly kind: PermitKind
  readonly validUntil?: number
}

/** Whoever has lived without it for longer asks the office. */
const longestLapseMs = 60 * dayMs
const earliestRenewalMs = 14 * dayMs

/** Whether a permit may be renewed at the lane at a moment (UTC ms): it ends soon, or has ended not long ago. */
export const isRenewable = <P extends Ending>(permit: P, at: number): permit is P & { readonly validUntil: number } =>
  permit.kind === 'monthly' &&
  permit.validUntil !== undefined &&
  at <= permit.validUntil + longestLapseMs &&
  at >= permit.validUntil - earliestRenewalMs

/**
 * The same day and time so many months later, both as the wall shows them (ms, written as if it were UTC). A day that
 * the month does not have means its last: 31 January and a month is 28 February, or 29.
 */
export function addMonths(shown: number, months: number): number {
  const date = new Date(shown)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months]
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const midnight = Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay))
  return midnight + (shown - Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()))
}

export interface Renewal {
  /** Calendar months. */
  readonly months: number
  /** UTC ms. */
  readonly paidAt: number
}

/** What a renewal makes of a permit: it goes on from its end, or from the payment if it had ended before. UTC ms. */
export function renewed(
  { validUntil }: { readonly validUntil: number },
  { months, paidAt }: Renewal,
  { offsetAt, momentOf }: WallClock,
): Pick<PermitRule, 'lapse'> & { readonly validUntil: number } {
  const from = Math.max(validUntil, paidAt)
  return {
    validUntil: momentOf(addMonths(from + offsetAt(from), months)),
    ...(paidAt > validUntil && { lapse: { from: validUntil, to: paidAt } }),
  }
}
