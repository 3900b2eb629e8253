import type { PaymentOrder, Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import type { PaymentOrderRow } from '../../database/payment-tables.ts'
import { compoundsWithin } from '../../database/scope.ts'
import { present } from '../../database/values.ts'
import type { ProviderName, ProviderPayment } from './provider.ts'

export const toOrder = (row: PaymentOrderRow): PaymentOrder => ({
  orderId: row.order_id,
  kind: row.kind as PaymentOrder['kind'],
  compoundId: row.compound_id,
  sessionId: row.session_id,
  provider: row.provider as ProviderName,
  fen: row.fen,
  state: row.state as PaymentOrder['state'],
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  refundedFen: row.refunded_fen,
  ...present({ paidAt: row.paid_at, coversUntil: row.paid_at === null ? null : row.covers_until }),
  ...present({ months: row.months, renewedUntil: row.renewed_until }),
})

type Later = 'state' | 'paid_at' | 'refunded_fen' | 'provider_ref' | 'pay_url' | 'renewed_until'
type OfRenewals = 'kind' | 'plate' | 'months' | 'attach'
/** For a stay, unless it says something else. */
export type NewOrder = Omit<PaymentOrderRow, Later | OfRenewals> & Partial<Pick<PaymentOrderRow, OfRenewals>>
const forStay = { kind: 'stay', plate: null, months: null, attach: null }

/** Answers whether there was none for this quote and provider yet. */
export async function insertOrder(db: Database, order: NewOrder): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('payment_orders')
    .values({
      ...{ ...forStay, ...order, state: 'created', paid_at: null, refunded_fen: 0, provider_ref: null, pay_url: null },
      renewed_until: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}

export const findOrder = (db: Database, orderId: string): Promise<PaymentOrderRow | undefined> =>
  db.selectFrom('payment_orders').selectAll().where('order_id', '=', orderId).executeTakeFirst()

export const findOrderWithin = (db: Database, orderId: string, scope: Scope) =>
  db
    .selectFrom('payment_orders')
    .selectAll()
    .where('order_id', '=', orderId)
    .where('compound_id', 'in', compoundsWithin(scope))
    .executeTakeFirst()

export const savePayUrl = (db: Database, orderId: string, payUrl: string) =>
  db.updateTable('payment_orders').set({ pay_url: payUrl }).where('order_id', '=', orderId).execute()

/** Answers whether it was not known to be paid before. */
export async function markPaid(db: Database, payment: ProviderPayment & { readonly provider: string }) {
  const { numUpdatedRows } = await db
    .updateTable('payment_orders')
    .set({
      ...{ state: 'paid', fen: payment.fen, paid_at: payment.paidAt, provider_ref: payment.providerRef },
      ask_at: null,
    })
    .where('order_id', '=', payment.orderId)
    .where('provider', '=', payment.provider)
    .where('paid_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Whoever changes what is paid for a stay, or ends it, does so one after the other. */
export const lockSession = (db: Database, sessionId: string) =>
  db
    .updateTable('parking_sessions')
    .set((eb) => ({ state: eb.ref('state') }))
    .where('session_id', '=', sessionId)
    .execute()

export const lockOrder = (db: Database, orderId: string) =>
  db
    .updateTable('payment_orders')
    .set((eb) => ({ state: eb.ref('state') }))
    .where('order_id', '=', orderId)
    .execute()

export const setState = (db: Database, orderId: string, state: PaymentOrder['state']) =>
  db.updateTable('payment_orders').set({ state }).where('order_id', '=', orderId).execute()

/** The permit that it was paid for ends then (UTC ms). */
export const setRenewed = (db: Database, orderId: string, until: number) =>
  db.updateTable('payment_orders').set({ renewed_until: until }).where('order_id', '=', orderId).execute()

/** Adds what went back. */
export const addRefunded = (db: Database, orderId: string, fen: number) =>
  db
    .updateTable('payment_orders')
    .set((eb) => ({ refunded_fen: eb('refunded_fen', '+', fen) }))
    .where('order_id', '=', orderId)
    .execute()

/** Orders whose provider is to be asked what became of them. */
export const ordersToAsk = (db: Database, now: number): Promise<PaymentOrderRow[]> =>
  db.selectFrom('payment_orders').selectAll().where('ask_at', '<=', now).orderBy('ask_at').limit(100).execute()

export const askAgain = (
  db: Database,
  orderId: string,
  { askAt, expired }: { readonly askAt: number | null; readonly expired: boolean },
) =>
  db
    .updateTable('payment_orders')
    .set({ ask_at: askAt, ...(expired && { state: 'expired' }) })
    .where('order_id', '=', orderId)
    .where('paid_at', 'is', null)
    .execute()

export const paidOrdersOf = (db: Database, sessionId: string): Promise<PaymentOrderRow[]> =>
  db
    .selectFrom('payment_orders')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('paid_at', 'is not', null)
    .orderBy('paid_at', 'desc')
    .execute()

export const paidBetween = (db: Database, provider: string, { from, to }: { from: number; to: number }) =>
  db
    .selectFrom('payment_orders')
    .selectAll()
    .where('provider', '=', provider)
    .where('paid_at', '>=', from)
    .where('paid_at', '<', to)
    .execute()

export interface OrderFilter {
  readonly scope: Scope
  readonly compoundId?: string | undefined
  readonly state?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly limit: number
}

export async function listOrders(db: Database, filter: OrderFilter): Promise<PaymentOrder[]> {
  const { compoundId, state, from, to } = filter
  let query = db.selectFrom('payment_orders').selectAll().where('compound_id', 'in', compoundsWithin(filter.scope))
  if (compoundId !== undefined) query = query.where('compound_id', '=', compoundId)
  if (state !== undefined) query = query.where('state', '=', state)
  if (from !== undefined) query = query.where('created_at', '>=', from)
  if (to !== undefined) query = query.where('created_at', '<', to)
  const rows = await query.orderBy('created_at', 'desc').orderBy('order_id').limit(filter.limit).execute()
  return rows.map(toOrder)
}

/** Remembers what a provider has told; answers whether it had not told it before. */
export async function noteNotification(
  db: Database,
  row: { provider: string; notification_id: string; order_id: string; outcome: string; at: number },
) {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('payment_notifications')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}

export const isNoted = async (db: Database, provider: string, notificationId: string) =>
  (await db
    .selectFrom('payment_notifications')
    .select('at')
    .where('provider', '=', provider)
    .where('notification_id', '=', notificationId)
    .executeTakeFirst()) !== undefined
