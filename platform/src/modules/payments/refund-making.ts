import type { PaymentOrder } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import type { PaymentOrderRow, PaymentRefundRow } from '../../database/payment-tables.ts'
import * as orders from './orders.repo.ts'
import type { PaymentProvider } from './provider.ts'
import * as repo from './refunds.repo.ts'
import type { Settling, SettlingPorts } from './settling.ts'

export interface RefundMakingPorts extends SettlingPorts {
  readonly settling: Settling
  readonly provider: (name: string) => PaymentProvider | undefined
}

const retryMs = 60_000

/** Writes down how a refund has ended. */
function createRefundEnds({ db, clock, desired, ledger }: SettlingPorts) {
  async function stateAfter(tx: Database, order: PaymentOrderRow): Promise<PaymentOrder['state']> {
    const open = (await repo.refundsOf(tx, order.order_id)).some(({ state }) => state === 'asked')
    if (open) return 'refunding'
    return order.refunded_fen >= order.fen ? 'refunded' : 'paid'
  }

  async function settleState(tx: Database, orderId: string) {
    const order = await orders.findOrder(tx, orderId)
    if (order) await orders.setState(tx, orderId, await stateAfter(tx, order))
  }

  async function book(tx: Database, order: PaymentOrderRow, refund: PaymentRefundRow) {
    const now = clock.now()
    await orders.lockSession(tx, order.session_id)
    await orders.lockOrder(tx, order.order_id)
    if (!(await repo.endRefund(tx, refund.refund_id, { state: 'done', at: now }))) return
    await orders.addRefunded(tx, order.order_id, refund.fen)
    await settleState(tx, order.order_id)
    const movement = { paymentId: order.order_id, provider: order.provider, sessionId: order.session_id, at: now }
    const booking = { compoundId: order.compound_id, now }
    await ledger.bookRefund(tx, { ...movement, fen: refund.fen, refundId: refund.refund_id }, booking)
  }

  const done = (order: PaymentOrderRow, refund: PaymentRefundRow) =>
    desired.change(order.compound_id, 'payments', (tx) => book(tx, order, refund))

  const refused = (order: PaymentOrderRow, refund: PaymentRefundRow) =>
    db.transaction().execute(async (tx) => {
      await orders.lockOrder(tx, order.order_id)
      await repo.endRefund(tx, refund.refund_id, { state: 'failed', at: clock.now() })
      await settleState(tx, order.order_id)
    })

  return { done, refused }
}

/** Makes refunds that were asked for, at the provider and then in the books. */
export function createRefundMaking(ports: RefundMakingPorts) {
  const { db, clock, logger, counters, settling, provider } = ports
  const { done, refused } = createRefundEnds(ports)

  async function outcomeOf(order: PaymentOrderRow, refund: PaymentRefundRow) {
    const ids = { refundId: refund.refund_id, orderId: refund.order_id }
    const made = { ...ids, fen: refund.fen, totalFen: order.fen, reason: refund.reason }
    // Cash is in the hand of whoever asked.
    if (order.provider === 'cash') return 'done'
    return (await provider(order.provider)?.refund(made)) ?? 'pending'
  }

  /** Makes one at the provider; what fails is tried again. */
  async function make(refund: PaymentRefundRow): Promise<void> {
    const order = await orders.findOrder(db, refund.order_id)
    if (!order) return
    try {
      const outcome = await outcomeOf(order, refund)
      if (outcome === 'pending') {
        await repo.tryAgainAt(db, refund.refund_id, clock.now() + retryMs)
        return
      }
      await (outcome === 'done' ? done(order, refund) : refused(order, refund))
      counters.payment(order.provider, outcome === 'done' ? 'refunded' : 'refund-refused')
      await settling.tell(order.order_id)
    } catch (error) {
      logger.warn({ err: error, refundId: refund.refund_id }, 'a refund was not made; it is tried again')
      await repo.tryAgainAt(db, refund.refund_id, clock.now() + retryMs)
    }
  }

  return { make, done }
}
