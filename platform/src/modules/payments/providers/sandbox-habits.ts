import type { SandboxPaymentRow } from '../../../database/payment-tables.ts'
import type { ProviderPayment } from '../provider.ts'
import type { SandboxNotice } from './sandbox-notices.ts'

/** A message and when it is sent. */
export interface Planned {
  readonly notice: SandboxNotice
  /** UTC ms. */
  readonly at: number
}

const lateMs = 10 * 60_000

/** How it misbehaves is asked for by the last two digits of the amount. */
const habits: Readonly<Record<number, (paid: SandboxNotice) => { notice: SandboxNotice; afterMs: number }[]>> = {
  91: (paid) => [{ notice: paid, afterMs: lateMs }],
  92: (paid) => [
    { notice: paid, afterMs: 0 },
    { notice: paid, afterMs: 0 },
    { notice: { ...paid, id: `${paid.id}-again` }, afterMs: 0 },
  ],
  93: (paid) => [
    { notice: paid, afterMs: 0 },
    { notice: { ...paid, id: `${paid.id}-earlier`, state: 'waiting' }, afterMs: 1000 },
  ],
  94: () => [],
  95: (paid) => [{ notice: { ...paid, fen: paid.fen - 1 }, afterMs: 0 }],
}
const honest = (paid: SandboxNotice) => [{ notice: paid, afterMs: 0 }]

/** Takes one fen less, where that is asked for. */
export const takenOf = (fen: number) => (fen % 100 === 95 ? fen - 1 : fen)

/** In the sandbox's own books. */
export const paymentIn = ({ order_id: orderId, fen, paid_at: paidAt, attach }: SandboxPaymentRow): ProviderPayment => ({
  ...{ orderId, fen: takenOf(fen), paidAt: paidAt ?? 0, attach, providerRef: `sandbox-${orderId}` },
})

/** What it will tell of a payment that was made just now. */
export function planOf(row: SandboxPaymentRow, now: number): Planned[] {
  const paid: SandboxNotice = {
    ...{ id: `paid-${row.order_id}`, state: 'paid', orderId: row.order_id, fen: row.fen, paidAt: now },
    attach: row.attach,
  }
  return (habits[row.fen % 100] ?? honest)(paid).map(({ notice, afterMs }) => ({ notice, at: now + afterMs }))
}
