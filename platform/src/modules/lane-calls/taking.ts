import type { LaneCall } from '../../contract/index.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import type { LaneCallRow } from '../../database/parking-tables.ts'
import { laneCallEnded, laneCallNotFound, laneCallTaken } from '../../errors.ts'
import * as repo from './lane-calls.repo.ts'

export interface TakingPorts {
  readonly db: Database
  readonly clock: Clock
  readonly tell: (row: LaneCallRow) => Promise<LaneCall>
}

const takenBy = ({ answered_by: by }: LaneCallRow) => laneCallTaken(by ?? 'Somebody')

/** Who has a call. */
export function createTaking({ db, clock, tell }: TakingPorts) {
  async function find(caller: Caller, callId: string): Promise<LaneCallRow> {
    const row = await repo.findCall(db, callId, caller.scope)
    if (!row) throw laneCallNotFound(callId)
    return row
  }

  /** Takes a call: of two who answer at once, one is told who was first. */
  async function take(caller: Caller, callId: string): Promise<LaneCallRow> {
    await find(caller, callId)
    const now = clock.now()
    const change = { state: 'answered', answered_by: caller.username, answered_at: now, sign_at: now }
    const taken = await repo.changeCall(db, callId, { from: ['ringing'], change })
    if (taken) {
      await tell(taken)
      return taken
    }
    const row = await find(caller, callId)
    if (row.state === 'ended') throw laneCallEnded()
    if (row.answered_by !== caller.username) throw takenBy(row)
    return row
  }

  /** It rings again, for everybody. Who is away leaves calls behind: an administrator puts them back. */
  async function handBack(caller: Caller, callId: string): Promise<LaneCallRow> {
    const row = await find(caller, callId)
    const { state, answered_by: by } = row
    if (state === 'ended') throw laneCallEnded()
    if (state === 'ringing') return row
    if (by !== caller.username && caller.role !== 'admin') throw takenBy(row)
    const change = { state: 'ringing', answered_by: null, answered_at: null, sign_at: clock.now() }
    const ringing = await repo.changeCall(db, callId, { from: ['answered'], by: by ?? undefined, change })
    if (ringing) await tell(ringing)
    return ringing ?? find(caller, callId)
  }

  return { take, handBack }
}
