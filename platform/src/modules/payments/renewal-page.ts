import type { RenewalOffer } from '../../contract/index.ts'
import type { Clock } from '../../core/ports.ts'
import type { Vault } from '../../core/vault.ts'
import { normalisePlate } from '../../domain/index.ts'
import { quoteInvalid } from '../../errors.ts'
import type { RenewalsService } from '../parking/renewals.service.ts'
import type { PayLane } from './lanes.repo.ts'
import type { OrdersService } from './orders.service.ts'
import type { Payer, PaymentProvider } from './provider.ts'
import { readRenewalQuote, renewalQuoteToken } from './renewal-tokens.ts'

export interface RenewalPagePorts {
  readonly clock: Clock
  readonly vault: Vault
  readonly renewals: RenewalsService
  readonly orders: OrdersService
  /** For how long a price is good, ms. */
  readonly quoteMs: number
}

/** Monthly permits on the page behind the QR code of a lane. */
export function createRenewalPage({ clock, vault, renewals, orders, quoteMs }: RenewalPagePorts) {
  return {
    /** What renewing the permit of a plate costs, as a part of its quote: nothing where there is nothing to renew. */
    async offer({ laneId, compoundId }: PayLane, number: string): Promise<{ readonly renewal?: RenewalOffer }> {
      const [plate, quotedAt] = [normalisePlate(number), clock.now()]
      const offer = await renewals.offerFor({ compoundId, plate }, quotedAt)
      if (!offer) return {}
      const quoteId = renewalQuoteToken(vault, laneId, { plate, fenPerMonth: offer.fenPerMonth, quotedAt })
      return { renewal: { quoteId, ...offer } }
    },

    /** The same quote, months and provider give the same order, also after it was paid. */
    async begin(
      { laneId, compoundId }: PayLane,
      by: PaymentProvider,
      { quoteId, months, payer }: { readonly quoteId: string; readonly months: number; readonly payer: Payer },
    ) {
      const quoted = readRenewalQuote(vault, laneId, quoteId)
      if (!quoted || clock.now() > quoted.quotedAt + quoteMs) throw quoteInvalid()
      const { plate, fenPerMonth, quotedAt } = quoted
      const wanted = {
        ...{ compoundId, plate, months, quoteId: `${quoteId}/${months}`, fen: fenPerMonth * months, quotedAt },
        ...{ expiresAt: quotedAt + quoteMs, payer },
      }
      if (!(await orders.isBegun(by, wanted.quoteId))) {
        const offer = await renewals.offerFor({ compoundId, plate }, clock.now())
        const isOffered = offer?.choices.some((choice) => choice.months === months)
        if (!isOffered || offer?.fenPerMonth !== fenPerMonth) throw quoteInvalid()
      }
      return orders.beginRenewal(by, wanted)
    },
  }
}
