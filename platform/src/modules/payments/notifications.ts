import * as repo from './orders.repo.ts'
import type { PaymentProvider, RawNotification } from './provider.ts'
import type { Settling, SettlingPorts } from './settling.ts'

export interface NotificationsPorts extends Pick<SettlingPorts, 'db' | 'clock' | 'counters'> {
  readonly settling: Settling
}

/**
 * Takes what a provider tells, once for each of its numbers. Answers `refused` where it should tell again, since nobody
 * knows whose money it is; throws NOTIFICATION_REFUSED for what it has not signed.
 */
export function createNotifications({ db, clock, counters, settling }: NotificationsPorts) {
  return async (by: PaymentProvider, raw: RawNotification): Promise<'taken' | 'refused'> => {
    const { notificationId, payment } = by.notification(raw)
    if (await repo.isNoted(db, by.name, notificationId)) {
      counters.notification(by.name, 'repeated')
      return 'taken'
    }
    const outcome = payment ? await settling.settle({ ...payment, provider: by.name }) : 'nothing'
    counters.notification(by.name, outcome)
    if (outcome === 'unknown') return 'refused'
    const row = { notification_id: notificationId, order_id: payment?.orderId ?? '', outcome, at: clock.now() }
    await repo.noteNotification(db, { provider: by.name, ...row })
    return 'taken'
  }
}
