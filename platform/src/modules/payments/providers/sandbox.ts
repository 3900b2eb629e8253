import { fromJson, toJson } from '../../../database/values.ts'
import type { RawNotification } from '../provider.ts'
import { planOf, type Planned } from './sandbox-habits.ts'
import { signNotice } from './sandbox-notices.ts'
import { createSandboxProvider, type SandboxPorts } from './sandbox.provider.ts'

const retryMs = 15_000

const nextOf = (planned: readonly Planned[]) => (planned.length === 0 ? null : Math.min(...planned.map(({ at }) => at)))

/** A provider that moves no money: pays by a click, tells of it like a real one, also late, twice and in disorder. */
export function createSandbox({ db, clock, key }: SandboxPorts) {
  const find = (orderId: string) =>
    db.selectFrom('sandbox_payments').selectAll().where('order_id', '=', orderId).executeTakeFirst()

  const savePlan = (orderId: string, planned: readonly Planned[]) =>
    db
      .updateTable('sandbox_payments')
      .set({ notices: toJson(planned), notify_at: nextOf(planned) })
      .where('order_id', '=', orderId)
      .execute()

  async function sendDue(planned: readonly Planned[], now: number, send: (raw: RawNotification) => Promise<boolean>) {
    const left: Planned[] = []
    for (const { notice, at } of planned) {
      if (at > now) left.push({ notice, at })
      else if (!(await send(signNotice(key, notice)))) left.push({ notice, at: now + retryMs })
    }
    return left
  }

  return {
    ...{ find, provider: createSandboxProvider({ db, clock, key }) },

    /** Somebody clicks on "pay". Whoever has begun in time may be done a little later. */
    async pay(orderId: string): Promise<'paid' | 'expired' | 'unknown'> {
      const row = await find(orderId)
      if (!row) return 'unknown'
      if (row.paid_at !== null) return 'paid'
      if (clock.now() > row.expires_at && row.fen % 100 !== 96) return 'expired'
      const { numUpdatedRows } = await db
        .updateTable('sandbox_payments')
        .set({ state: 'paid', paid_at: clock.now() })
        .where('order_id', '=', orderId)
        .where('paid_at', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows > 0n) await savePlan(orderId, planOf(row, clock.now()))
      return 'paid'
    },

    /** Sends what is due; what is not taken is sent again. To be called every second. */
    async deliver(send: (raw: RawNotification) => Promise<boolean>): Promise<void> {
      const now = clock.now()
      const due = await db.selectFrom('sandbox_payments').selectAll().where('notify_at', '<=', now).limit(100).execute()
      for (const row of due) {
        const planned = fromJson(row.notices) as Planned[]
        await savePlan(row.order_id, await sendDue(planned, now, send))
      }
    },
  }
}

export type Sandbox = ReturnType<typeof createSandbox>
