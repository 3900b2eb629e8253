import type { PaymentOrder } from '../../contract/index.ts'
import type { Caller } from '../../core/ports.ts'
import type { RecordHandler } from '../../core/records.ts'
import { providerFailed } from '../../errors.ts'
import * as repo from './orders.repo.ts'
import { attachOf, type PaymentProvider } from './provider.ts'
import type { Settling, SettlingPorts } from './settling.ts'
import { idFrom, returnSurplus } from './surplus.ts'

export interface OrdersPorts extends SettlingPorts {
  readonly settling: Settling
}

/** What is to be paid, as it was quoted. */
export interface QuotedStay {
  readonly compoundId: string
  readonly sessionId: string
  readonly quoteId: string
  readonly fen: number
  /** UTC ms. */
  readonly quotedAt: number
  readonly expiresAt: number
}

/** Until then the notification should have come. */
const firstAskMs = 10_000

/** Attempts to pay, from the quote to the money. */
export function createOrdersService(ports: OrdersPorts) {
  const { db, clock, logger, settling } = ports

  async function start(orderId: string, by: PaymentProvider) {
    const row = await repo.findOrder(db, orderId)
    if (!row) throw providerFailed(by.name)
    if (row.pay_url !== null) return { order: repo.toOrder(row), payUrl: row.pay_url }
    const order = { orderId, fen: row.fen, expiresAt: row.expires_at, description: '停车费' }
    const attach = attachOf({ compoundId: row.compound_id, sessionId: row.session_id })
    const { payUrl } = await by.start({ ...order, attach }).catch((error: unknown) => {
      logger.warn({ err: error, provider: by.name, orderId }, 'an order was not taken by its provider')
      throw providerFailed(by.name)
    })
    await repo.savePayUrl(db, orderId, payUrl)
    await settling.tell(orderId)
    return { order: repo.toOrder(row), payUrl }
  }

  const handle: RecordHandler = async (record, { db: tx, receivedAt }) => {
    if (record.type !== 'parking.session-closed') return
    await returnSurplus(tx, record.body.sessionId, receivedAt)
  }

  return {
    /** The end of a stay may leave something to pay back. */
    handle,

    /** The same quote and provider give the same order. */
    async begin(by: PaymentProvider, quoted: QuotedStay) {
      const orderId = idFrom('quote', by.name, quoted.quoteId)
      await repo.insertOrder(db, {
        ...{ order_id: orderId, compound_id: quoted.compoundId, session_id: quoted.sessionId, provider: by.name },
        ...{ fen: quoted.fen, created_at: clock.now(), expires_at: quoted.expiresAt, covers_until: quoted.quotedAt },
        ...{ quote_id: quoted.quoteId, taken_by: null, ask_at: clock.now() + firstAskMs },
      })
      return start(orderId, by)
    },

    list: (
      caller: Caller,
      { limit = 100, ...filter }: Omit<repo.OrderFilter, 'scope' | 'limit'> & { limit?: number },
    ) => repo.listOrders(db, { ...filter, limit, scope: caller.scope }),

    async ofCompound(compoundId: string, orderId: string): Promise<PaymentOrder | undefined> {
      const row = await repo.findOrder(db, orderId)
      return row?.compound_id === compoundId ? repo.toOrder(row) : undefined
    },
  }
}

export type OrdersService = ReturnType<typeof createOrdersService>
