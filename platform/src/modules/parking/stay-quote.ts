import type { ParkingSessionEntry, Permit } from '../../contract/index.ts'
import {
  amountDue,
  isCharged,
  standingOf,
  tariffFor,
  VehicleClass,
  type AmountDue,
  type StayCredit,
  type Tariff,
} from '../../domain/index.ts'

/** Something that was paid or let off for a stay, as whoever keeps the payments knows it. */
export interface SessionCredit extends StayCredit {
  readonly paymentId: string
  readonly kind: 'payment' | 'waiver' | 'coupon' | 'refund'
  readonly provider?: string | undefined
  /** Who took or let off the money, where that was a person. */
  readonly by?: string | undefined
}

/** What a fee follows from, besides the stay itself. */
export interface Pricing {
  readonly tariffs: readonly Tariff[]
  /** Of this plate. */
  readonly permits: readonly Permit[]
  readonly credits: readonly SessionCredit[]
}

export type StayQuote = AmountDue & { readonly tariff?: Tariff }
type Stay = Pick<ParkingSessionEntry, 'enteredAt' | 'exitLaneId' | 'right' | 'tariffVersion' | 'vehicleClass'>

const nothing: AmountDue = { totalFen: 0, creditFen: 0, dueFen: 0, overpaidFen: 0, lines: [] }

export const vehicleClassIn = (text: string): VehicleClass =>
  (VehicleClass.enum as readonly string[]).includes(text) ? (text as VehicleClass) : 'other'

/** The version a stay is priced by: the one it was closed under, else the one in force when it began. */
export const tariffOf = (tariffs: readonly Tariff[], { tariffVersion, enteredAt }: Stay): Tariff | undefined =>
  tariffs.find(({ version }) => version === tariffVersion) ?? tariffFor(tariffs, enteredAt)

/** What a stay costs and what is due at a moment (UTC ms), by the rules that the lane decides with. */
export function quoteStay(stay: Stay, { tariffs, permits, credits }: Pricing, at: number): StayQuote {
  const tariff = tariffOf(tariffs, stay)
  const standing = standingOf(permits, { at, laneId: stay.exitLaneId })
  if (!tariff || !isCharged(stay.right, standing)) return { ...nothing, ...(tariff && { tariff }) }
  const due = amountDue(tariff, {
    vehicleClass: vehicleClassIn(stay.vehicleClass),
    ...{ enteredAt: stay.enteredAt, now: at, exemptUntil: standing.expiredAt },
    chargedUntil: standing.renewedAt,
    credits: credits.map(({ kind, ...credit }) => (kind === 'refund' ? { ...credit, fen: -credit.fen } : credit)),
  })
  return { ...due, tariff }
}
