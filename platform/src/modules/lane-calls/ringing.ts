import type { RecordContext, RecordHandler, RecordOf } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import type { LaneCallRow } from '../../database/parking-tables.ts'
import type { DevicesService } from '../devices/devices.service.ts'
import type { RulesService } from '../parking/rules.service.ts'
import { callOf, refreshed, type Decision } from './call-of.ts'
import type { CallViews } from './candidates.ts'
import * as repo from './lane-calls.repo.ts'
import { findRaiseOfCall } from './raises.repo.ts'

export interface RingingPorts {
  readonly rules: RulesService
  readonly devices: DevicesService
  readonly views: CallViews
}

type Told = Pick<RecordContext, 'db' | 'compoundId' | 'receivedAt' | 'publish'>
type Help = RecordOf<'parking.help-requested'>
type Left = RecordOf<'parking.vehicle-passed' | 'parking.vehicle-reversed'>

/** A call rings once; what comes for the same lane while it is there only refreshes it. */
export async function ring(db: Database, call: LaneCallRow): Promise<LaneCallRow | undefined> {
  const place = { compoundId: call.compound_id, laneId: call.lane_id }
  const before = await repo.liveCallOf(db, place)
  if (!before) return repo.insertCall(db, call)
  return repo.changeCall(db, before.call_id, {
    from: ['ringing', 'answered'],
    change: refreshed(before, call),
  })
}

type Tell = (row: LaneCallRow | undefined, told: Told) => Promise<void>
/** What a lane has told. */
interface Word<R> {
  readonly record: R
  readonly laneId: string
  readonly told: Told
}

/** Calls begin: at once, or for a car that has to pay when it has waited long enough. What comes late never rings. */
function createBeginnings({ rules, devices }: RingingPorts, tell: Tell) {
  async function directionOf({ record, laneId, told }: Word<Help>) {
    if (record.body.direction !== undefined) return record.body.direction
    const settings = (await devices.settingsOf(told.compoundId, told.db)).get(laneId)
    return settings?.['direction'] === 'out' ? 'out' : 'in'
  }

  async function ringNow({ record, laneId, told }: Word<Help | Decision>, direction: 'in' | 'out') {
    const { compoundId, receivedAt } = told
    await tell(await ring(told.db, callOf(record, { compoundId, laneId, receivedAt, direction })), told)
  }

  return {
    async helpRequested(word: Word<Help>) {
      if (!word.record.late) await ringNow(word, await directionOf(word))
    },

    async refused(word: Word<Decision>) {
      const { late, body } = word.record
      if (!late && body.decision === 'ask') await ringNow(word, body.direction)
    },

    async unpaid({ record, laneId, told }: Word<Decision>) {
      const { db, compoundId, receivedAt } = told
      const policy = await rules.policyOf(compoundId, laneId, db)
      // Otherwise the lane itself lets it go then.
      if (record.late || policy.unpaid !== 'hold-for-help') return
      const call = callOf(record, { compoundId, laneId, receivedAt, direction: 'out' })
      const ringAt = receivedAt + policy.unpaidPatienceSeconds * 1000
      await repo.keepWait(db, { compoundId, laneId }, { ringAt, call })
    },
  }
}

/**
 * Lanes at which somebody calls or waits, asked for once a batch: what lanes tell is nearly always of others. A call or
 * wait begins by what the gateway of that batch tells, or has been a wait before.
 */
function createBusyLanes() {
  const byBatch = new WeakMap<Told, Promise<Set<string>>>()
  const ofBatch = (told: Told) => {
    const known = byBatch.get(told)
    if (known) return known
    const asked = repo.listBusyLanes(told.db, told.compoundId).then((laneIds) => new Set(laneIds))
    byBatch.set(told, asked)
    return asked
  }
  return {
    has: async ({ laneId, told }: Word<unknown>) => (await ofBatch(told)).has(laneId),
    /** Answers the word itself. */
    async add<R>(word: Word<R>): Promise<Word<R>> {
      const lanes = await ofBatch(word.told)
      lanes.add(word.laneId)
      return word
    },
  }
}

type OutcomeOf = (call: LaneCallRow) => Promise<string>

/** Calls end when the car is gone, or the lane has opened for it after all. */
function createEndings(tell: Tell) {
  async function end({ record, laneId, told }: Word<Decision | Left>, outcomeOf: OutcomeOf) {
    const { db, compoundId } = told
    const { at, late } = record
    if (!late) await repo.dropWait(db, { compoundId, laneId })
    const call = await repo.liveCallOf(db, { compoundId, laneId })
    // What is told late may be about the car before.
    if (!call || at < call.at) return
    await tell(await repo.endCall(db, call.call_id, { outcome: await outcomeOf(call), at }), told)
  }

  return {
    gone: (word: Word<Left>) =>
      end(word, async ({ call_id }) => {
        const isThrough = word.record.type === 'parking.vehicle-passed'
        return isThrough && (await findRaiseOfCall(word.told.db, call_id)) ? 'raised' : 'left'
      }),

    /** What was due is paid, or the plate was read at the second look. */
    opened: (word: Word<Decision>) =>
      end(word, async ({ call_id, due_fen, session_id }) => {
        if (await findRaiseOfCall(word.told.db, call_id)) return 'raised'
        const { sessionId = null, rule } = word.record.body
        return (due_fen ?? 0) > 0 && session_id === sessionId && rule !== 'debt' ? 'paid' : 'left'
      }),
  }
}

/** Makes calls of what lanes tell, and ends them when the car is gone. */
export function createRinging(ports: RingingPorts): RecordHandler {
  const tell: Tell = async (row, { db, receivedAt, publish }) => {
    if (row) publish('lane-call:changed', await ports.views.of(row, { tx: db, now: receivedAt }))
  }
  const [begin, end, busy] = [createBeginnings(ports, tell), createEndings(tell), createBusyLanes()]

  async function gone(word: Word<Left>) {
    if (await busy.has(word)) await end.gone(word)
  }
  async function opened(word: Word<Decision>) {
    if (await busy.has(word)) await end.opened(word)
  }

  return async (record, told) => {
    const { deviceId: laneId } = record
    if (laneId === undefined) return
    switch (record.type) {
      case 'parking.help-requested':
        return begin.helpRequested(await busy.add({ record, laneId, told }))
      case 'parking.entry-refused':
      case 'parking.exit-refused':
        return begin.refused(await busy.add({ record, laneId, told }))
      case 'parking.exit-unpaid':
        return begin.unpaid(await busy.add({ record, laneId, told }))
      case 'parking.entry-opened':
      case 'parking.exit-opened':
        return opened({ record, laneId, told })
      case 'parking.vehicle-passed':
      case 'parking.vehicle-reversed':
        return gone({ record, laneId, told })
      default:
    }
  }
}
