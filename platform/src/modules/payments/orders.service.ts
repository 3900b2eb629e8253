import type { PaymentOrder } from '../../contract/index.ts'
import type { Caller } from '../../core/ports.ts'
import type { RecordHandler } from '../../core/records.ts'
import type { Vault } from '../../core/vault.ts'
import type { PaymentOrderRow } from '../../database/payment-tables.ts'
import { paymentNotFound, providerFailed, quoteInvalid } from '../../errors.ts'
import * as repo from './orders.repo.ts'
import { attachOf, type AppConfig, type Payer, type PaymentProvider } from './provider.ts'
import { sealRenewalNote } from './renewal-tokens.ts'
import type { Settling, SettlingPorts } from './settling.ts'
import { idFrom, returnSurplus } from './surplus.ts'

export interface OrdersPorts extends SettlingPorts {
  readonly settling: Settling
  readonly vault: Vault
  readonly provider: (name: string) => PaymentProvider | undefined
}

/** What is to be paid, as it was quoted. */
interface Quoted {
  readonly compoundId: string
  readonly quoteId: string
  readonly fen: number
  /** UTC ms. */
  readonly quotedAt: number
  readonly expiresAt: number
  readonly payer: Payer
}

export interface QuotedStay extends Quoted {
  readonly sessionId: string
}

export interface QuotedRenewal extends Quoted {
  readonly plate: string
  readonly months: number
}

const descriptions: Readonly<Record<string, string>> = { stay: '停车费', renewal: '停车月卡续费' }
const orderIdOf = (by: PaymentProvider, quoteId: string) => idFrom('quote', by.name, quoteId)

/** Until then the notification should have come. */
const firstAskMs = 10_000

const wantedOf = (row: PaymentOrderRow) => ({
  ...{ orderId: row.order_id, fen: row.fen, expiresAt: row.expires_at, description: descriptions[row.kind] ?? '' },
  attach: row.attach ?? attachOf({ compoundId: row.compound_id, about: row.session_id }),
})

/** Attempts to pay, from the quote to the money. */
export function createOrdersService(ports: OrdersPorts) {
  const { db, clock, logger, settling, vault, provider } = ports

  const refused = (by: PaymentProvider, orderId: string) => (error: unknown) => {
    logger.warn({ err: error, provider: by.name, orderId }, 'an order was not taken by its provider')
    throw providerFailed(by.name)
  }

  async function start(orderId: string, by: PaymentProvider, payer: Payer) {
    const row = await repo.findOrder(db, orderId)
    if (!row) throw providerFailed(by.name)
    if (row.pay_url !== null) return { order: repo.toOrder(row), payUrl: row.pay_url }
    const { payUrl } = await by.start({ ...wantedOf(row), payer }).catch(refused(by, orderId))
    await repo.savePayUrl(db, orderId, payUrl)
    await settling.tell(orderId)
    return { order: repo.toOrder(row), payUrl }
  }

  const rowOf = (by: PaymentProvider, { compoundId, quoteId, fen, quotedAt, expiresAt }: Quoted) => ({
    ...{ order_id: orderIdOf(by, quoteId), compound_id: compoundId, session_id: '', provider: by.name, fen },
    ...{ created_at: clock.now(), expires_at: expiresAt, covers_until: quotedAt, quote_id: quoteId },
    ...{ taken_by: null, ask_at: clock.now() + firstAskMs },
  })

  async function place(by: PaymentProvider, row: repo.NewOrder, payer: Payer) {
    await repo.insertOrder(db, row)
    return start(row.order_id, by, payer)
  }

  const handle: RecordHandler = async (record, { db: tx, receivedAt }) => {
    if (record.type !== 'parking.session-closed') return
    await returnSurplus(tx, record.body.sessionId, receivedAt)
  }

  return {
    /** The end of a stay may leave something to pay back. */
    handle,

    /** The same quote and provider give the same order. */
    begin: (by: PaymentProvider, quoted: QuotedStay) =>
      place(by, { ...rowOf(by, quoted), session_id: quoted.sessionId }, quoted.payer),

    /** The same, to make a permit longer. */
    beginRenewal(by: PaymentProvider, quoted: QuotedRenewal) {
      const { compoundId, plate, months, fen } = quoted
      const attach = attachOf({ compoundId, about: sealRenewalNote(vault, { plate, months, fen }) })
      return place(by, { ...rowOf(by, quoted), kind: 'renewal', plate, months, attach }, quoted.payer)
    },

    /** Goes on with an order in the provider's own app. `code`: by which the app names who pays. */
    async inApp(compoundId: string, { orderId, code }: { orderId: string; code: string }): Promise<AppConfig> {
      const row = await repo.findOrder(db, orderId)
      const by = row && provider(row.provider)
      if (row?.compound_id !== compoundId || !by?.startInApp) throw paymentNotFound(orderId)
      if (row.state !== 'created' || clock.now() > row.expires_at) throw quoteInvalid()
      return by.startInApp({ ...wantedOf(row), code }).catch(refused(by, orderId))
    },

    isBegun: async (by: PaymentProvider, quoteId: string) =>
      (await repo.findOrder(db, orderIdOf(by, quoteId))) !== undefined,

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
