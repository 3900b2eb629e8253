import type { Reconciliation } from '../../contract/index.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import { createTimeZone, dayMs } from '../../core/time-zone.ts'
import type { Database } from '../../database/database.ts'
import { noBill, outOfScope, providerFailed } from '../../errors.ts'
import * as orders from './orders.repo.ts'
import type { BillLine, PaymentProvider, ProviderName } from './provider.ts'
import * as refunds from './refunds.repo.ts'
import type { RefundsService } from './refunds.service.ts'
import type { Settling } from './settling.ts'

export interface ReconcilePorts {
  readonly db: Database
  readonly clock: Clock
  readonly settling: Settling
  readonly refunds: RefundsService
  readonly provider: (name: string) => PaymentProvider
}

type Difference = Reconciliation['differences'][number]

/** Providers close their books by this clock, wherever we are. */
const beijing = createTimeZone('Asia/Shanghai')
const most = 1000

function spanOf(day: string) {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const from = beijing.startOfDay({ year, month, day: date })
  return { from, to: from + dayMs }
}

/** Compares our books of a day with those of a provider, and takes over what only the provider knows. */
export function createReconciling({ db, settling, refunds: refunding, provider }: ReconcilePorts) {
  async function payment(line: BillLine, name: ProviderName): Promise<Difference | undefined> {
    const before = await orders.findOrder(db, line.orderId)
    if (before?.paid_at != null) {
      if (before.fen === line.fen) return undefined
      return { orderId: line.orderId, kind: 'amount', hereFen: before.fen, thereFen: line.fen, mended: false }
    }
    const outcome = await settling.settle({ ...line, paidAt: line.at, provider: name })
    const mended = outcome !== 'unknown'
    return { orderId: line.orderId, kind: 'missing-here', hereFen: 0, thereFen: line.fen, mended }
  }

  async function refund({ refundId = '', orderId, fen }: BillLine): Promise<Difference | undefined> {
    const here = await refunds.findRefund(db, refundId)
    const hereFen = here?.state === 'done' ? here.fen : 0
    if (hereFen === fen) return undefined
    const order = await orders.findOrder(db, orderId)
    const mended = here?.state === 'asked' && here.fen === fen && order !== undefined
    if (mended) await refunding.done(order, here)
    return { orderId, kind: 'refund', hereFen, thereFen: fen, mended }
  }

  /** What we have booked on that day and the provider has not. */
  async function missingThere(name: ProviderName, day: string, bill: readonly BillLine[]): Promise<Difference[]> {
    const [paid, returned] = [
      await orders.paidBetween(db, name, spanOf(day)),
      await refunds.doneBetween(db, name, spanOf(day)),
    ]
    const there = new Set(bill.map(({ kind, orderId, refundId }) => (kind === 'payment' ? orderId : refundId)))
    return [
      ...paid
        .filter(({ order_id: id }) => !there.has(id))
        .map(({ order_id: orderId, fen }) => ({ orderId, kind: 'missing-there' as const, hereFen: fen })),
      ...returned
        .filter(({ refund_id: id }) => !there.has(id))
        .map(({ order_id: orderId, fen }) => ({ orderId, kind: 'refund' as const, hereFen: fen })),
    ].map((difference) => ({ ...difference, thereFen: 0, mended: false }))
  }

  return async (
    caller: Caller,
    { provider: name, day }: { readonly provider: ProviderName; readonly day: string },
  ): Promise<Reconciliation> => {
    // A bill is of the whole merchant: whoever answers for a part of the places does not see it.
    if (caller.scope !== '') throw outOfScope()
    if (name === 'cash') throw noBill(name)
    const bill = await provider(name)
      .bill(day)
      .catch(() => {
        throw providerFailed(name)
      })
    const found: (Difference | undefined)[] = []
    for (const line of bill) found.push(await (line.kind === 'payment' ? payment(line, name) : refund(line)))
    const matched = bill.filter((line, index) => line.kind === 'payment' && found[index] === undefined)
    const differences = [
      ...found.filter((difference) => difference !== undefined),
      ...(await missingThere(name, day, bill)),
    ]
    return {
      ...{ provider: name, day, matched: matched.length },
      matchedFen: matched.reduce((sum, { fen }) => sum + fen, 0),
      differences: differences.slice(0, most),
    }
  }
}
