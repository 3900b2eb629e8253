import { Counter } from 'prom-client'
import type { Metrics } from '../../core/metrics.ts'
import type { RecordContext, RecordHandler, RecordOf } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import * as repo from './sessions.repo.ts'
import type { SessionsService } from './sessions.service.ts'

export interface SessionRecordsPorts {
  readonly sessions: SessionsService
  readonly metrics: Metrics
}

type Opened = RecordOf<'parking.session-opened'>
type Closed = RecordOf<'parking.session-closed'>

const longestNote = 300

function closingOf({ body, deviceId }: Closed): repo.Closing {
  return {
    state: body.outcome === 'left' ? 'closed' : 'ghost',
    exit_lane_id: deviceId ?? null,
    left_at: body.leftAt,
    exit_picture: body.picture ?? null,
    tariff_version: body.tariffVersion ?? null,
    ...{ fee_fen: body.feeFen, paid_fen: body.paidFen, waived_fen: body.waivedFen, debt_fen: body.debtFen },
    note: body.note ?? null,
  }
}

const rowOf = ({ body, deviceId }: Opened, compoundId: string) => ({
  ...{ session_id: body.sessionId, compound_id: compoundId, plate: body.plate, raw_plate: body.rawPlate },
  ...{ vehicle_class: body.vehicleClass, right_kind: body.right, state: 'inside', entry_lane_id: deviceId ?? '' },
  ...{ entered_at: body.enteredAt, entry_picture: body.picture ?? null },
  ...{ exit_lane_id: null, left_at: null, exit_picture: null, tariff_version: null, note: null },
  ...{ fee_fen: 0, paid_fen: 0, waived_fen: 0, debt_fen: 0 },
})

/**
 * Keeps what lanes tell of stays. A gateway with an older state restored tells of them again under other numbers, and
 * an end may come before its beginning: every stay is kept once, and the first end of it that somebody saw stays.
 */
export function createSessionRecords({ sessions, metrics }: SessionRecordsPorts): RecordHandler {
  const differences = new Counter({
    name: 'gatehouse_parking_fee_differences_total',
    help: 'Stays for which lane and platform compute different fees',
    registers: [metrics.registry],
  })

  /** What the platform makes of the fee, if that is something else. */
  async function secondLook(tx: Database, { sessionId }: repo.SessionKey, closing: repo.Closing) {
    if (closing.state === 'ghost') return
    const session = await sessions.session(sessionId, tx)
    if (!session) return
    const { totalFen } = await sessions.quote(session, closing.left_at ?? session.enteredAt, tx)
    if (totalFen === closing.fee_fen) return
    differences.inc()
    const found = `the platform computes ${totalFen} fen, the lane charged ${closing.fee_fen}`
    const note = [closing.note, found].filter((text) => text !== null).join('; ')
    await repo.noteSession(tx, sessionId, note.slice(0, longestNote))
  }

  async function close(tx: Database, key: repo.SessionKey, closing: repo.Closing): Promise<boolean> {
    // Missed first and seen to leave later: then it did leave.
    const from = closing.state === 'closed' ? ['inside', 'ghost'] : ['inside']
    const closed = await repo.closeSession(tx, key, { from, closing })
    if (closed) await secondLook(tx, key, closing)
    return closed
  }

  async function opened(record: Opened, { db, compoundId }: RecordContext) {
    const key = { sessionId: record.body.sessionId, compoundId }
    if (!(await repo.insertSession(db, rowOf(record, compoundId)))) return
    const closing = await repo.takeClosing(db, key)
    if (closing) await close(db, key, closing)
  }

  async function closed(record: Closed, { db, compoundId }: RecordContext) {
    const key = { sessionId: record.body.sessionId, compoundId }
    const closing = closingOf(record)
    if (await close(db, key, closing)) return
    if (!(await sessions.session(key.sessionId, db))) await repo.keepClosing(db, key, closing)
  }

  return async (record, context) => {
    if (record.type === 'parking.session-opened') await opened(record, context)
    if (record.type === 'parking.session-closed') await closed(record, context)
  }
}
