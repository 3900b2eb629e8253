import type { Database } from '../../database/database.ts'
import type { PaymentOrderRow } from '../../database/payment-tables.ts'
import type { LedgerService } from '../ledger/ledger.service.ts'
import type { RenewalsService } from '../parking/renewals.service.ts'
import * as orders from './orders.repo.ts'
import type { ProviderPayment } from './provider.ts'
import { askForRefund, idFrom } from './surplus.ts'

export interface RenewingPorts {
  readonly ledger: LedgerService
  readonly renewals: RenewalsService
}

/**
 * Makes the permit longer that an order was paid for, and books what is earned by it. Where that cannot be, since the
 * permit is gone or another amount was taken, all of it goes back.
 */
export function createRenewing({ ledger, renewals }: RenewingPorts) {
  async function renewedUntil(tx: Database, order: PaymentOrderRow, { paidAt, now }: { paidAt: number; now: number }) {
    const { order_id: orderId, compound_id: compoundId, plate, months } = order
    if (plate === null || months === null) return undefined
    return renewals.renew(tx, { orderId, compoundId, plate, months, paidAt, now })
  }

  return async (tx: Database, order: PaymentOrderRow, told: ProviderPayment & { readonly now: number }) => {
    const { orderId, fen, paidAt, now } = told
    const until = fen === order.fen ? await renewedUntil(tx, order, told) : undefined
    if (until === undefined) {
      const refundId = idFrom('not-renewed', orderId)
      await askForRefund(tx, { refundId, orderId, fen, reason: 'not renewed', by: 'system', now })
      return
    }
    await orders.setRenewed(tx, orderId, until)
    await ledger.bookRenewal(tx, { paymentId: orderId, fen, at: paidAt }, { compoundId: order.compound_id, now })
  }
}
