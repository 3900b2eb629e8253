import type { Clock } from '../../../core/ports.ts'
import { createTimeZone, dayMs } from '../../../core/time-zone.ts'
import type { Database } from '../../../database/database.ts'
import type { BillLine, PaymentProvider } from '../provider.ts'
import { paymentIn, takenOf } from './sandbox-habits.ts'
import { readNotice } from './sandbox-notices.ts'

export interface SandboxPorts {
  readonly db: Database
  readonly clock: Clock
  readonly key: Buffer
}

const beijing = createTimeZone('Asia/Shanghai')

function createBill(db: Database) {
  return async (from: number, to: number): Promise<BillLine[]> => {
    const paid = await db
      .selectFrom('sandbox_payments')
      .selectAll()
      .where('paid_at', '>=', from)
      .where('paid_at', '<', to)
      .execute()
    const returned = await db
      .selectFrom('sandbox_refunds')
      .selectAll()
      .where('at', '>=', from)
      .where('at', '<', to)
      .execute()
    return [
      ...paid
        .map((row) => paymentIn(row))
        .map(({ paidAt, ...line }) => ({ ...line, at: paidAt, kind: 'payment' as const })),
      ...returned.map((row) => ({
        ...{ kind: 'refund' as const, orderId: row.order_id, refundId: row.refund_id, fen: row.fen, at: row.at },
        providerRef: `sandbox-${row.refund_id}`,
      })),
    ]
  }
}

/** The sandbox as we see it: a provider like the others. */
export function createSandboxProvider({ db, clock, key }: SandboxPorts): PaymentProvider {
  const billOf = createBill(db)
  const find = (orderId: string) =>
    db.selectFrom('sandbox_payments').selectAll().where('order_id', '=', orderId).executeTakeFirst()

  return {
    name: 'sandbox',
    taken: { contentType: 'text/plain; charset=utf-8', body: 'ok' },

    async start({ orderId, fen, expiresAt, attach }) {
      await db
        .insertInto('sandbox_payments')
        .values({
          ...{ order_id: orderId, fen, attach, state: 'open', expires_at: expiresAt },
          ...{ paid_at: null, notices: '[]', notify_at: null },
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return { payUrl: `/api/pay/sandbox/${orderId}` }
    },

    notification: (raw) => readNotice(key, raw),

    async query(orderId) {
      const row = await find(orderId)
      return row && row.paid_at !== null ? paymentIn(row) : 'unpaid'
    },

    async refund({ refundId, orderId, fen }) {
      const row = await find(orderId)
      if (!row || row.paid_at === null || fen > takenOf(row.fen)) return 'refused'
      await db
        .insertInto('sandbox_refunds')
        .values({ refund_id: refundId, order_id: orderId, fen, at: clock.now() })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return 'done'
    },

    bill(day) {
      const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
      const from = beijing.startOfDay({ year, month, day: date })
      return billOf(from, from + dayMs)
    },
  }
}
