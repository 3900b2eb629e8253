import type { Permit } from '../../contract/index.ts'
import { createTimeZone } from '../../core/time-zone.ts'
import type { Database } from '../../database/database.ts'
import { isRenewable, renewalMonths, renewed, type Renewal } from '../../domain/index.ts'
import * as permits from './permits.repo.ts'
import * as rules from './rules.repo.ts'

export interface RenewalsPorts {
  readonly db: Database
  /** Months are those of this IANA time zone. */
  readonly timeZone: string
}

interface PermitKey {
  readonly compoundId: string
  readonly plate: string
}

/** A renewal that was paid for. */
export interface PaidRenewal extends PermitKey, Renewal {
  /** The same order renews once. */
  readonly orderId: string
  readonly now: number
}

const renewalBy = (tx: Database, orderId: string) =>
  tx.selectFrom('permit_renewals').select('valid_until').where('order_id', '=', orderId).executeTakeFirst()

/** Monthly permits that drivers pay for at the lane. */
export function createRenewalsService({ db, timeZone }: RenewalsPorts) {
  const zone = createTimeZone(timeZone)

  async function permitOf(tx: Database, { compoundId, plate }: PermitKey): Promise<Permit | undefined> {
    return plate === '' ? undefined : (await permits.permitsOf(tx, compoundId, [plate]))[0]
  }

  return {
    /** What renewing the permit of a plate costs at a moment (UTC ms), and its end then; nothing where it cannot be. */
    async offerFor(key: PermitKey, at: number) {
      const [terms, permit] = [(await rules.findRules(db, key.compoundId))?.monthly, await permitOf(db, key)]
      if (!terms || !permit || !isRenewable(permit, at)) return undefined
      const choices = renewalMonths
        .filter((months) => months <= terms.maxMonths)
        .map((months) => ({ months, fen: terms.fen * months, ...renewed(permit, { months, paidAt: at }, zone) }))
      return {
        ...{ fenPerMonth: terms.fen, maxMonths: terms.maxMonths, validUntil: permit.validUntil },
        choices: choices.map(({ months, fen, validUntil }) => ({ months, fen, validUntil })),
      }
    },

    /**
     * Makes a permit longer, in the transaction that takes the money. Answers its new end (UTC ms); nothing where
     * there is no monthly permit with an end any more.
     */
    async renew(tx: Database, paid: PaidRenewal): Promise<number | undefined> {
      const { orderId, compoundId, plate, months, now } = paid
      await permits.lockPermit(tx, compoundId, plate)
      const before = await renewalBy(tx, orderId)
      if (before) return before.valid_until
      const permit = await permitOf(tx, paid)
      if (permit?.kind !== 'monthly' || permit.validUntil === undefined) return undefined
      const next = renewed({ validUntil: permit.validUntil }, paid, zone)
      await permits.prolongPermit(tx, paid, next)
      await tx
        .insertInto('permit_renewals')
        .values({
          ...{ order_id: orderId, compound_id: compoundId, plate, months, at: now },
          ...{ before_until: permit.validUntil, valid_until: next.validUntil },
        })
        .execute()
      return next.validUntil
    },
  }
}

export type RenewalsService = ReturnType<typeof createRenewalsService>
