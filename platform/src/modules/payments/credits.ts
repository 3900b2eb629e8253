import type { DesiredBody } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import type { PaymentOrderRow } from '../../database/payment-tables.ts'
import type { SessionCredit } from '../parking/sessions.service.ts'

/** Whoever pays an amount after it ceased to be right has had the time to leave already. */
const timeOf = (row: PaymentOrderRow) => Math.min(row.paid_at ?? row.expires_at, row.expires_at)

const isLeft = (row: PaymentOrderRow) => row.fen > row.refunded_fen

/** What was paid for these stays and not paid back. */
export async function creditsOf(
  db: Database,
  sessionIds: readonly string[],
): Promise<ReadonlyMap<string, readonly SessionCredit[]>> {
  if (sessionIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('payment_orders')
    .selectAll()
    .where('session_id', 'in', sessionIds)
    .where('paid_at', 'is not', null)
    .orderBy('paid_at')
    .execute()
  const credits = rows.filter(isLeft).map((row) => ({
    sessionId: row.session_id,
    credit: {
      ...{ paymentId: row.order_id, kind: 'payment' as const, provider: row.provider, at: timeOf(row) },
      ...{ fen: row.fen - row.refunded_fen, coversUntil: row.covers_until },
      ...(row.taken_by !== null && { by: row.taken_by }),
    },
  }))
  const bySession = Map.groupBy(credits, ({ sessionId }) => sessionId)
  return new Map([...bySession].map(([sessionId, of]) => [sessionId, of.map(({ credit }) => credit)]))
}

/** What was paid for these stays less what went back, fen; nothing for a stay for which nobody has paid. */
export async function paidFor(db: Database, sessionIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (sessionIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('payment_orders')
    .select((eb) => ['session_id', eb.fn.sum<number | string>(eb('fen', '-', eb.ref('refunded_fen'))).as('fen')])
    .where('session_id', 'in', sessionIds)
    .where('paid_at', 'is not', null)
    .groupBy('session_id')
    .execute()
  return new Map(rows.map(({ session_id: sessionId, fen }) => [sessionId, Number(fen)]))
}

/** What a gateway must know to let those out who have paid. */
export async function desiredPayments(db: Database, compoundId: string): Promise<DesiredBody<'payments'>> {
  const rows = await db
    .selectFrom('payment_orders')
    .selectAll()
    .where('compound_id', '=', compoundId)
    .where('paid_at', 'is not', null)
    .where('session_id', 'in', (eb) =>
      eb
        .selectFrom('parking_sessions')
        .select('parking_sessions.session_id')
        .where('parking_sessions.compound_id', '=', compoundId)
        .where('parking_sessions.state', '=', 'inside'),
    )
    .orderBy('paid_at')
    .execute()
  const credits = rows.filter(isLeft).map((row) => ({
    ...{ creditId: row.order_id, sessionId: row.session_id, kind: 'payment' as const, at: timeOf(row) },
    ...{ fen: row.fen - row.refunded_fen, coversUntil: row.covers_until },
  }))
  return { credits }
}
