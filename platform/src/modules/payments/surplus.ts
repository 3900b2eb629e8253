import { createHash } from 'node:crypto'
import type { Database } from '../../database/database.ts'
import type { PaymentOrderRow } from '../../database/payment-tables.ts'
import * as orders from './orders.repo.ts'
import * as refunds from './refunds.repo.ts'

/** 32 hexadecimal digits, as every provider takes them: the same cause has the same id. */
export const idFrom = (...cause: readonly string[]) =>
  createHash('sha256').update(cause.join('\n')).digest('hex').slice(0, 32)

/** What can be paid back of an order still. */
export async function leftOf(db: Database, order: Pick<PaymentOrderRow, 'order_id' | 'fen' | 'paid_at'>) {
  if (order.paid_at === null) return 0
  const asked = await refunds.refundsOf(db, order.order_id)
  return asked.reduce((left, { state, fen }) => left - (state === 'failed' ? 0 : fen), order.fen)
}

export interface RefundRequest {
  readonly refundId: string
  readonly orderId: string
  readonly fen: number
  readonly reason: string
  readonly by: string
  readonly now: number
}

/** Written first and made afterwards, as often as it takes. */
export async function askForRefund(db: Database, { refundId, orderId, fen, reason, by, now }: RefundRequest) {
  const isNew = await refunds.insertRefund(db, {
    ...{ refund_id: refundId, order_id: orderId, fen, reason, state: 'asked', requested_by: by },
    ...{ requested_at: now, done_at: null, ask_at: now },
  })
  if (isNew) await orders.setState(db, orderId, 'refunding')
}

/**
 * When a stay has ended, what was paid beyond its fee goes back, the latest payment first: paid twice, or paid after
 * it had left. Cash stays: only people can give it back. A stay that nobody saw leave keeps what was paid for it.
 */
export async function returnSurplus(db: Database, sessionId: string, now: number): Promise<void> {
  const session = await db
    .selectFrom('parking_sessions')
    .select(['state', 'fee_fen', 'waived_fen'])
    .where('session_id', '=', sessionId)
    .executeTakeFirst()
  if (session?.state !== 'closed') return
  const paid = await orders.paidOrdersOf(db, sessionId)
  const left: { readonly order: PaymentOrderRow; readonly fen: number }[] = []
  for (const order of paid) {
    await orders.lockOrder(db, order.order_id)
    left.push({ order, fen: await leftOf(db, order) })
  }
  const net = left.reduce((sum, { fen }) => sum + fen, 0)
  let surplus = net - Math.max(0, session.fee_fen - session.waived_fen)
  for (const { order, fen } of left) {
    const part = Math.min(fen, surplus)
    if (part <= 0 || order.provider === 'cash') continue
    surplus -= part
    const refundId = idFrom('surplus', order.order_id, String(fen))
    await askForRefund(db, { refundId, orderId: order.order_id, fen: part, reason: 'surplus', by: 'system', now })
  }
}
