import type { Database } from '../../database/database.ts'
import type { PaymentRefundRow } from '../../database/payment-tables.ts'

export const findRefund = (db: Database, refundId: string): Promise<PaymentRefundRow | undefined> =>
  db.selectFrom('payment_refunds').selectAll().where('refund_id', '=', refundId).executeTakeFirst()

export const refundsOf = (db: Database, orderId: string): Promise<PaymentRefundRow[]> =>
  db.selectFrom('payment_refunds').selectAll().where('order_id', '=', orderId).execute()

/** Answers whether it had not been asked for before. */
export async function insertRefund(db: Database, row: PaymentRefundRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('payment_refunds')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}

/** Ends one that is on its way; answers whether it was. */
export async function endRefund(
  db: Database,
  refundId: string,
  { state, at }: { readonly state: 'done' | 'failed'; readonly at: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('payment_refunds')
    .set({ state, done_at: at, ask_at: null })
    .where('refund_id', '=', refundId)
    .where('state', '=', 'asked')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export const refundsToMake = (db: Database, now: number): Promise<PaymentRefundRow[]> =>
  db.selectFrom('payment_refunds').selectAll().where('ask_at', '<=', now).orderBy('ask_at').limit(100).execute()

export const tryAgainAt = (db: Database, refundId: string, askAt: number) =>
  db
    .updateTable('payment_refunds')
    .set({ ask_at: askAt })
    .where('refund_id', '=', refundId)
    .where('state', '=', 'asked')
    .execute()

export const doneBetween = (db: Database, provider: string, { from, to }: { from: number; to: number }) =>
  db
    .selectFrom('payment_refunds')
    .innerJoin('payment_orders', 'payment_orders.order_id', 'payment_refunds.order_id')
    .selectAll('payment_refunds')
    .where('payment_orders.provider', '=', provider)
    .where('payment_refunds.done_at', '>=', from)
    .where('payment_refunds.done_at', '<', to)
    .where('payment_refunds.state', '=', 'done')
    .execute()
