import type { BaseLogger } from 'pino'
import type { Metrics } from '../../core/metrics.ts'
import type { Clock, Publisher } from '../../core/ports.ts'
import type { Vault } from '../../core/vault.ts'
import type { Database } from '../../database/database.ts'
import type { PaymentOrderRow } from '../../database/payment-tables.ts'
import type { DesiredService } from '../gateways/desired.service.ts'
import type { LedgerService } from '../ledger/ledger.service.ts'
import type { RenewalsService } from '../parking/renewals.service.ts'
import * as repo from './orders.repo.ts'
import type { PaymentCounters } from './payment-counters.ts'
import { createRenewing } from './renewing.ts'
import { returnSurplus } from './surplus.ts'
import { createTakingOver, type Told } from './taking-over.ts'

export interface SettlingPorts {
  readonly db: Database
  readonly clock: Clock
  readonly publisher: Publisher
  readonly metrics: Metrics
  readonly logger: Pick<BaseLogger, 'warn' | 'info'>
  readonly desired: DesiredService
  readonly ledger: LedgerService
  readonly renewals: RenewalsService
  readonly vault: Vault
  readonly counters: PaymentCounters
}

/** `unknown`: there is no such order, and nothing tells whose it could be. */
export type Settlement = 'paid' | 'repeated' | 'unknown'

/** Books what a provider has taken: once, and together with all that follows from it. */
export function createSettling(ports: SettlingPorts) {
  const { db, clock, publisher, logger, desired, ledger, counters, vault } = ports
  const renew = createRenewing(ports)
  const takeOver = createTakingOver(vault)

  /** The order, the books, what goes back of it: in one transaction. */
  async function book(tx: Database, order: PaymentOrderRow, told: Told): Promise<boolean> {
    if (order.session_id !== '') await repo.lockSession(tx, order.session_id)
    if (!(await repo.markPaid(tx, told))) return false
    const now = clock.now()
    const movement = { paymentId: told.orderId, provider: told.provider, fen: told.fen, at: told.paidAt }
    const booking = { compoundId: order.compound_id, now }
    await ledger.bookPayment(tx, { ...movement, sessionId: order.session_id }, booking)
    if (order.kind === 'renewal') await renew(tx, order, { ...told, now })
    if (order.session_id !== '') await returnSurplus(tx, order.session_id, now)
    return true
  }

  async function tell(orderId: string) {
    const order = await repo.findOrder(db, orderId)
    if (order) publisher.publish('parking-payment:changed', order.compound_id, repo.toOrder(order))
  }

  return {
    tell,

    /** What the provider took counts, whatever was asked for: our books follow its books. */
    async settle(told: Told): Promise<Settlement> {
      const order =
        (await repo.findOrder(db, told.orderId)) ?? (await db.transaction().execute((tx) => takeOver(tx, told)))
      if (order?.provider !== told.provider) {
        logger.warn({ orderId: told.orderId, provider: told.provider }, 'a payment belongs to no order')
        counters.payment(told.provider, 'unknown')
        return 'unknown'
      }
      if (order.paid_at !== null) return 'repeated'
      if (order.fen !== told.fen) {
        logger.warn({ orderId: told.orderId, askedFen: order.fen, takenFen: told.fen }, 'another amount was paid')
        counters.payment(told.provider, 'other-amount')
      }
      const booked: string[] = []
      const area = order.kind === 'renewal' ? 'parking' : 'payments'
      await desired.change(order.compound_id, area, async (tx) => {
        if (await book(tx, order, told)) booked.push(told.orderId)
      })
      if (booked.length === 0) return 'repeated'
      counters.payment(told.provider, 'paid')
      await tell(told.orderId)
      return 'paid'
    },
  }
}

export type Settling = ReturnType<typeof createSettling>
