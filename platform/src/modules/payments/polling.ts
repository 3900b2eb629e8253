import type { PaymentOrderRow } from '../../database/payment-tables.ts'
import * as repo from './orders.repo.ts'
import type { PaymentProvider } from './provider.ts'
import type { Settling, SettlingPorts } from './settling.ts'

export interface PollingPorts extends Pick<SettlingPorts, 'db' | 'clock' | 'logger'> {
  readonly settling: Settling
  readonly provider: (name: string) => PaymentProvider | undefined
}

const soonestAskMs = 10_000
const slowestAskMs = 3600_000
/** A payment that was begun in time may be told later than this only by the bill. */
const askForMs = 86_400_000

/** Finds out what became of orders that nobody has told of: a notification may never come. */
export function createPolling({ db, clock, logger, settling, provider }: PollingPorts) {
  const told = (row: PaymentOrderRow, by: PaymentProvider) =>
    by.query(row.order_id).catch((error: unknown) => {
      logger.warn({ err: error, provider: by.name, orderId: row.order_id }, 'a provider does not tell of an order')
      return 'unpaid' as const
    })

  /** Asked again and again, each time after a longer while. */
  async function putOff(row: PaymentOrderRow) {
    const now = clock.now()
    const wait = Math.min(slowestAskMs, Math.max(soonestAskMs, now - row.created_at))
    const isOver = now > row.expires_at + askForMs
    const expired = now > row.expires_at && row.state === 'created'
    await repo.askAgain(db, row.order_id, { askAt: isOver ? null : now + wait, expired })
    if (expired) await settling.tell(row.order_id)
  }

  async function ask(row: PaymentOrderRow) {
    const by = provider(row.provider)
    const payment = by ? await told(row, by) : 'unpaid'
    if (!by || payment === 'unpaid') await putOff(row)
    else await settling.settle({ ...payment, provider: by.name })
  }

  return {
    /** To be called every few seconds. */
    async tick(): Promise<void> {
      for (const row of await repo.ordersToAsk(db, clock.now())) await ask(row)
    },
  }
}
