import type { PaymentOrder } from '../../contract/index.ts'
import type { Caller } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import type { PaymentOrderRow } from '../../database/payment-tables.ts'
import { paymentNotFound, refundTaken, refundTooHigh, renewalNotRefunded } from '../../errors.ts'
import * as orders from './orders.repo.ts'
import { createRefundMaking, type RefundMakingPorts } from './refund-making.ts'
import * as repo from './refunds.repo.ts'
import { askForRefund, idFrom, leftOf } from './surplus.ts'

type Request = { readonly requestId: string; readonly fen: number; readonly reason: string }

/** What goes back: written down first, then made at the provider, then booked. */
export function createRefundsService(ports: RefundMakingPorts) {
  const { db, clock } = ports

  const { make, done } = createRefundMaking(ports)

  async function ask(tx: Database, order: PaymentOrderRow, wanted: Request & { refundId: string; by: string }) {
    await orders.lockOrder(tx, order.order_id)
    const before = await repo.findRefund(tx, wanted.refundId)
    if (before && before.fen !== wanted.fen) throw refundTaken()
    if (before) return
    const left = await leftOf(tx, order)
    if (wanted.fen > left) throw refundTooHigh(left)
    await askForRefund(tx, { ...wanted, orderId: order.order_id, now: clock.now() })
  }

  return {
    async refund(caller: Caller, orderId: string, request: Request): Promise<PaymentOrder> {
      const order = await orders.findOrderWithin(db, orderId, caller.scope)
      if (!order) throw paymentNotFound(orderId)
      if (order.renewed_until !== null) throw renewalNotRefunded()
      const refundId = idFrom('request', orderId, request.requestId)
      const wanted = { ...request, refundId, by: caller.username }
      await db.transaction().execute((tx) => ask(tx, order, wanted))
      const asked = await repo.findRefund(db, refundId)
      if (asked?.state === 'asked') await make(asked)
      return orders.toOrder((await orders.findOrder(db, orderId)) ?? order)
    },

    done,

    /** Makes what is to be made; to be called every few seconds. */
    async tick() {
      for (const refund of await repo.refundsToMake(db, clock.now())) await make(refund)
    },
  }
}

export type RefundsService = ReturnType<typeof createRefundsService>
