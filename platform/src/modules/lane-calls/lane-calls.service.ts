import type { BaseLogger } from 'pino'
import type { LaneCall } from '../../contract/index.ts'
import type { Caller, Clock, Publisher } from '../../core/ports.ts'
import type { RecordHandler } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import type { LaneCallRow } from '../../database/parking-tables.ts'
import { laneCallEnded } from '../../errors.ts'
import type { CommandsService } from '../devices/commands.service.ts'
import type { DevicesService } from '../devices/devices.service.ts'
import type { ParkingService } from '../parking/parking.service.ts'
import { createCallViews } from './candidates.ts'
import * as repo from './lane-calls.repo.ts'
import { createSnapshots } from './raise-pictures.ts'
import { createRaiseResults } from './raise-results.ts'
import { createRaiseReviewService } from './raise-review.service.ts'
import { createRaisesService } from './raises.service.ts'
import { createRinging } from './ringing.ts'
import { createTaking } from './taking.ts'
import { createTicking } from './ticking.ts'

export interface LaneCallsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly publisher: Publisher
  readonly devices: DevicesService
  readonly commands: CommandsService
  readonly parking: ParkingService
  readonly logger: Pick<BaseLogger, 'warn'>
  /** Told of a call that ran out although nobody had taken it. */
  readonly onUnanswered: (call: LaneCall) => Promise<void>
}

const shownMs = 8 * 3_600_000
const shownEnded = 200
/** Lane displays have four lines of sixteen characters. */
const display = { lines: 4, characters: 16, voice: 200 } as const

function linesOf(text: string): string[] {
  const characters = Array.from(text)
  return Array.from({ length: display.lines }, (_, index) =>
    characters.slice(index * display.characters, (index + 1) * display.characters).join(''),
  ).filter((line) => line !== '')
}

/** The lane says it, if it can; the call has ended in any case. */
const createSaying =
  ({ commands, logger }: LaneCallsPorts) =>
  async (caller: Caller, laneId: string, text: string) => {
    const args = { lines: linesOf(text), voice: text.slice(0, display.voice) }
    await commands.send(caller, laneId, { name: 'display', args }).catch((error: unknown) => {
      logger.warn({ err: error, deviceId: laneId }, 'lane did not say why a call has ended')
    })
  }

/** The help desk of the lanes: one queue over all compounds that somebody looks after. */
export function createLaneCallsService(ports: LaneCallsPorts) {
  const { db, clock, publisher, devices, commands, parking, logger } = ports
  const { rules, lots, sessions } = parking
  const views = createCallViews(parking)
  const snapshots = createSnapshots({ db, clock, commands, lots, logger })
  const handlers = [createRinging({ rules, devices, views }), createRaiseResults(views)]
  const handle: RecordHandler = async (record, context) => {
    for (const each of handlers) await each(record, context)
  }

  const say = createSaying(ports)
  const view = (row: LaneCallRow) => views.of(row, { tx: db, now: clock.now() })

  async function tell(row: LaneCallRow): Promise<LaneCall> {
    const call = await view(row)
    publisher.publish('lane-call:changed', row.compound_id, call)
    return call
  }

  const { take, handBack } = createTaking({ db, clock, tell })

  return {
    handle,
    raises: {
      ...createRaisesService({ clock, commands, lots, sessions, snapshots, take }),
      ...createRaiseReviewService({ db, clock }),
    },

    async list(caller: Caller, { state = 'waiting' }: { readonly state?: 'waiting' | 'all' }): Promise<LaneCall[]> {
      const live = await repo.listLive(db, caller.scope)
      const span = { since: clock.now() - shownMs, limit: shownEnded }
      const ended = state === 'all' ? await repo.listEnded(db, caller.scope, span) : []
      return Promise.all([...live, ...ended].map(view))
    },

    answer: async (caller: Caller, callId: string): Promise<LaneCall> => view(await take(caller, callId)),

    handBack: async (caller: Caller, callId: string): Promise<LaneCall> => view(await handBack(caller, callId)),

    async end(caller: Caller, callId: string, text: string | undefined): Promise<LaneCall> {
      const { lane_id: laneId } = await take(caller, callId)
      const ended = await repo.endCall(db, callId, { outcome: 'closed', at: clock.now() })
      if (!ended) throw laneCallEnded()
      if (text !== undefined && text.trim() !== '') await say(caller, laneId, text.trim())
      return tell(ended)
    },

    /** Rings for those who have waited long enough and ends what nobody asks for any more; to be called every second. */
    tick: createTicking({ ...ports, tell, snapshots }),
  }
}

export type LaneCallsService = ReturnType<typeof createLaneCallsService>
