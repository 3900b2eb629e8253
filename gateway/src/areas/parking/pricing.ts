import {
  amountDue,
  isCharged,
  standingOf,
  type AmountDue,
  type StayCredit,
  type Uncovered,
  type VehicleClass,
} from '@gatehouse/platform/domain'
import type { Credits } from './credits.ts'
import type { Permits } from './permits.ts'
import type { Rules } from './rules.ts'
import type { StayBook } from './stay-book.ts'
import type { Settlement, StayEnd } from './stay-events.ts'
import type { Stay } from './stay.ts'

interface Sources {
  readonly rules: Rules
  readonly credits: Credits
  readonly permits: Permits
  readonly book: StayBook
}

const sum = (credits: readonly StayCredit[]) => credits.reduce((total, { fen }) => total + fen, 0)

/** What stays cost: by the tariff in force when they began, and by what is known of payments here. */
export function createPricing({ rules, credits, permits, book }: Sources) {
  /** Nothing where there is no tariff. */
  function charge(stay: Stay, now: number, uncovered: Uncovered = {}): AmountDue | undefined {
    const { vehicleClass, enteredAt, sessionId } = stay
    const tariff = rules.tariffAt(enteredAt)
    const charged = { vehicleClass: vehicleClass as VehicleClass, enteredAt, now }
    const { expiredAt: exemptUntil, renewedAt: chargedUntil } = uncovered
    return tariff && amountDue(tariff, { ...charged, exemptUntil, chargedUntil, credits: credits.of(sessionId) })
  }

  const groupInside = (groupId: string, plate: string) =>
    book.ofGroup(groupId).filter((stay) => stay.plate !== plate).length

  /** The same question that the lane decides by: whether a right lets it leave without paying. */
  function chargeAtExit(stay: Stay, { at, laneId }: StayEnd): AmountDue | undefined {
    const { plate, right } = stay
    const inside = (groupId: string) => groupInside(groupId, plate)
    const standing = standingOf(permits.of(plate), { at, laneId, groupInside: inside })
    return isCharged(right, standing) ? charge(stay, at, standing) : undefined
  }

  return {
    groupInside,
    dueOf: (stay: Stay, now: number, uncovered?: Uncovered): number => charge(stay, now, uncovered)?.dueFen ?? 0,
    settle(stay: Stay, end: StayEnd): Settlement {
      const known = credits.of(stay.sessionId)
      const paidFen = sum(known.filter(({ kind }) => kind === 'payment'))
      const letOffFen = sum(known.filter(({ kind }) => kind === 'waiver'))
      const charged = chargeAtExit(stay, end)
      const waivedHereFen = Math.min(end.waivedFen, charged?.dueFen ?? 0)
      const tariff = charged && rules.tariffAt(stay.enteredAt)
      return {
        ...(tariff && { tariffVersion: tariff.version }),
        feeFen: charged?.totalFen ?? 0,
        paidFen,
        waivedFen: letOffFen + waivedHereFen,
        debtFen: (charged?.dueFen ?? 0) - waivedHereFen,
      }
    },
  }
}

export type Pricing = ReturnType<typeof createPricing>
