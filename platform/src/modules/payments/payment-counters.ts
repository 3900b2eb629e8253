import { Counter } from 'prom-client'
import type { Metrics } from '../../core/metrics.ts'

/** Payments and notifications in numbers; never whose. */
export function createPaymentCounters({ registry }: Metrics) {
  const payments = new Counter({
    name: 'gatehouse_payments_total',
    help: 'Payments, by what became of them',
    labelNames: ['provider', 'outcome'],
    registers: [registry],
  })
  const notifications = new Counter({
    name: 'gatehouse_payment_notifications_total',
    help: 'Messages of payment providers',
    labelNames: ['provider', 'outcome'],
    registers: [registry],
  })
  return {
    payment: (provider: string, outcome: string) => payments.inc({ provider, outcome }),
    notification: (provider: string, outcome: string) => notifications.inc({ provider, outcome }),
  }
}

export type PaymentCounters = ReturnType<typeof createPaymentCounters>
