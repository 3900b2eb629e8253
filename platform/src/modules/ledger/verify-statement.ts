import type { AreaEventBody, ParkingStatement } from '../../contract/index.ts'
import type { TimeZone } from '../../core/time-zone.ts'
import type { Database } from '../../database/database.ts'
import { fromJson } from '../../database/values.ts'
import type { LedgerEntry } from '../../domain/index.ts'
import { closingEntries, entryOfPayment, entryOfRefund, entryOfRenewal } from './bookkeeping.ts'
import { entriesBetween, listShares } from './ledger.repo.ts'
import { statementOf } from './statement.ts'

export interface EntryDifference {
  readonly entryId: string
  readonly problem: 'missing' | 'unexpected' | 'different'
}

export interface StatementReport {
  readonly booked: ParkingStatement
  readonly recomputed: ParkingStatement
  readonly differences: readonly EntryDifference[]
  readonly isRight: boolean
}

type Closed = AreaEventBody<'parking.session-closed'>

/** What gateways told of the ends of stays, as it came in: the first end of a stay that somebody saw counts. */
async function closings(db: Database, compoundId: string): Promise<LedgerEntry[]> {
  const rows = await db
    .selectFrom('area_events')
    .innerJoin('gateways', 'gateways.id', 'area_events.gateway_id')
    .select('area_events.body')
    .where('gateways.compound_id', '=', compoundId)
    .where('area_events.type', '=', 'parking.session-closed')
    .where('area_events.problem', 'is', null)
    .orderBy('area_events.received_at')
    .orderBy('area_events.epoch')
    .orderBy('area_events.seq')
    .execute()
  const seen = new Set<string>()
  return rows
    .map(({ body }): Closed => fromJson(body))
    .flatMap((closed) => {
      const entries = seen.has(closed.sessionId) ? [] : closingEntries(closed)
      if (entries.length > 0) seen.add(closed.sessionId)
      return entries
    })
}

/** What the orders and refunds say, which the providers' bills are compared with. */
async function movements(db: Database, compoundId: string): Promise<LedgerEntry[]> {
  const orders = await db
    .selectFrom('payment_orders')
    .selectAll()
    .where('compound_id', '=', compoundId)
    .where('paid_at', 'is not', null)
    .execute()
  const refunds = await db
    .selectFrom('payment_refunds')
    .innerJoin('payment_orders', 'payment_orders.order_id', 'payment_refunds.order_id')
    .select(['payment_refunds.refund_id', 'payment_refunds.fen', 'payment_refunds.done_at'])
    .select(['payment_orders.order_id', 'payment_orders.provider', 'payment_orders.session_id'])
    .where('payment_orders.compound_id', '=', compoundId)
    .where('payment_refunds.state', '=', 'done')
    .execute()
  const base = (row: { order_id: string; provider: string; session_id: string; fen: number }) => ({
    ...{ paymentId: row.order_id, provider: row.provider, sessionId: row.session_id, fen: row.fen },
  })
  return [
    ...orders.map((row) => entryOfPayment({ ...base(row), at: row.paid_at ?? 0 })),
    ...orders
      .filter((row) => row.renewed_until !== null)
      .map((row) => entryOfRenewal({ ...base(row), at: row.paid_at ?? 0 })),
    ...refunds.map((row) => entryOfRefund({ ...base(row), refundId: row.refund_id, at: row.done_at ?? 0 })),
  ]
}

const textOf = ({ at, kind, lines }: LedgerEntry) =>
  JSON.stringify([at, kind, lines.map(({ account, fen }) => [account, fen]).sort()])

function compare(booked: readonly LedgerEntry[], expected: readonly LedgerEntry[]): EntryDifference[] {
  const [here, there] = [booked, expected].map(
    (entries) => new Map(entries.map((entry) => [entry.entryId, textOf(entry)])),
  ) as [Map<string, string>, Map<string, string>]
  return [...new Set([...here.keys(), ...there.keys()])].sort().flatMap((entryId): EntryDifference[] => {
    const [one, other] = [here.get(entryId), there.get(entryId)]
    if (one === other) return []
    if (one === undefined) return [{ entryId, problem: 'missing' }]
    return [{ entryId, problem: other === undefined ? 'unexpected' : 'different' }]
  })
}

/** Everything but what tells of the entries themselves. */
const figures = (statement: ParkingStatement) => JSON.stringify({ ...statement, digest: '' })

/**
 * The statement of a month from what gateways and payments say, without the ledger, beside the one from the ledger.
 * A debt that is settled moves nothing that the statement tells, and is not recomputed.
 */
export async function verifyStatement(
  db: Database,
  { compound, month, zone }: { compound: { id: string; name: string }; month: string; zone: TimeZone },
): Promise<StatementReport> {
  const { from, to } = zone.month(month)
  const shares = await listShares(db, compound.id)
  const all = await entriesBetween(db, compound.id, { from, to })
  const told = [...(await closings(db, compound.id)), ...(await movements(db, compound.id))]
  const expected = told.filter(({ at }) => at >= from && at < to)
  const of = (entries: readonly LedgerEntry[]) => statementOf({ compound, month, entries, shares, zone })
  const differences = compare(
    all.filter(({ kind }) => kind !== 'settlement'),
    expected,
  )
  const [booked, recomputed] = [of(all), of(expected)]
  const isRight = differences.length === 0 && figures(booked) === figures(recomputed) && booked.imbalanceFen === 0
  return { booked, recomputed, differences, isRight }
}
