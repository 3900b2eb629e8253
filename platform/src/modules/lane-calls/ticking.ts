import type { LaneCall } from '../../contract/index.ts'
import type { Clock } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import type { LaneCallRow } from '../../database/parking-tables.ts'
import * as repo from './lane-calls.repo.ts'
import type { Snapshots } from './raise-pictures.ts'
import { ring } from './ringing.ts'

export interface TickingPorts {
  readonly db: Database
  readonly clock: Clock
  readonly snapshots: Snapshots
  readonly tell: (row: LaneCallRow) => Promise<LaneCall>
  readonly onUnanswered: (call: LaneCall) => Promise<void>
}

/** Nobody waits at an arm for longer without pressing again. */
const expireMs = 10 * 60_000

/** What happens at the help desk because time passes. */
export function createTicking({ db, clock, snapshots, tell, onUnanswered }: TickingPorts) {
  async function expire() {
    for (const { call_id } of await repo.listSilent(db, clock.now() - expireMs)) {
      const ended = await repo.endCall(db, call_id, { outcome: 'expired', at: clock.now() })
      if (!ended) continue
      const call = await tell(ended)
      if (call.answeredBy === undefined) await onUnanswered(call)
    }
  }

  async function ringForWaiting() {
    const rung = await db.transaction().execute(async (tx) => {
      const calls = await repo.takeWaits(tx, clock.now())
      const rows: (LaneCallRow | undefined)[] = []
      for (const call of calls) rows.push(await ring(tx, { ...call, sign_at: clock.now() }))
      return rows
    })
    for (const row of rung) if (row) await tell(row)
  }

  return async (): Promise<void> => {
    await ringForWaiting()
    await expire()
    await snapshots.after()
  }
}
