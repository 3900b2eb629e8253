import type { PaymentOrder } from '../../contract/index.ts'
import type { Caller } from '../../core/ports.ts'
import { receiptTaken } from '../../errors.ts'
import type { SessionsService } from '../parking/sessions.service.ts'
import * as repo from './orders.repo.ts'
import type { Settling, SettlingPorts } from './settling.ts'
import { idFrom } from './surplus.ts'

export interface CashPorts extends Pick<SettlingPorts, 'db' | 'clock'> {
  readonly settling: Settling
  readonly sessions: Pick<SessionsService, 'get'>
}

/** Records money that was taken by hand; the same receipt counts once. */
export function createCash({ db, clock, settling, sessions }: CashPorts) {
  return async (
    caller: Caller,
    sessionId: string,
    { fen, receipt }: { readonly fen: number; readonly receipt: string },
  ): Promise<PaymentOrder> => {
    const { compoundId } = await sessions.get(caller, sessionId)
    const now = clock.now()
    const orderId = idFrom('cash', compoundId, receipt)
    await repo.insertOrder(db, {
      ...{ order_id: orderId, compound_id: compoundId, session_id: sessionId, provider: 'cash', fen },
      ...{ created_at: now, expires_at: now, covers_until: now, quote_id: `${compoundId}/${receipt}` },
      ...{ taken_by: caller.username, ask_at: null },
    })
    const row = await repo.findOrder(db, orderId)
    if (row?.session_id !== sessionId || row.fen !== fen) throw receiptTaken()
    await settling.settle({ orderId, fen, paidAt: row.created_at, providerRef: receipt, provider: 'cash' })
    return repo.toOrder((await repo.findOrder(db, orderId)) ?? row)
  }
}
