import type { LaneRaise, ParkingSessionEntry, UplinkDown } from '../../contract/index.ts'
import { orderedId } from '../../core/ordered-id.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import type { LaneCallRow, LaneRaiseRow } from '../../database/parking-tables.ts'
import { normalisePlate } from '../../domain/index.ts'
import { invalidInput, laneCallElsewhere, sessionElsewhere, waiverTooHigh } from '../../errors.ts'
import type { CommandsService } from '../devices/commands.service.ts'
import type { LotsService } from '../parking/lots.service.ts'
import type { SessionsService } from '../parking/sessions.service.ts'
import type { Snapshots } from './raise-pictures.ts'
import * as repo from './raises.repo.ts'

export interface RaisesPorts {
  readonly clock: Clock
  readonly commands: CommandsService
  readonly lots: LotsService
  readonly sessions: SessionsService
  readonly snapshots: Snapshots
  /** Takes the call for the caller, or says who has it. */
  readonly take: (caller: Caller, callId: string) => Promise<LaneCallRow>
}

export interface RaiseRequest {
  readonly callId?: string
  readonly reason: LaneRaise['reason']
  readonly note?: string
  readonly plate: string
  readonly sessionId?: string
  readonly waivedFen: number
}

type Lane = Awaited<ReturnType<LotsService['lane']>>

const withoutPlate = 'none'

function plateIn(text: string): string {
  if (text.trim().toLowerCase() === withoutPlate) return withoutPlate
  const plate = normalisePlate(text)
  if (plate === '') throw invalidInput('Choose a plate, or say that there is none')
  return plate
}

const rowOf = (
  caller: Caller,
  { device }: Lane,
  facts: { readonly plate: string; readonly dueFen: number; readonly request: RaiseRequest; readonly now: number },
): Omit<LaneRaiseRow, 'command_id'> => ({
  ...{ raise_id: orderedId(facts.now), compound_id: device.compoundId, lane_id: device.id },
  ...{ call_id: facts.request.callId ?? null, raised_by: caller.username, at: facts.now },
  ...{ reason: facts.request.reason, note: facts.request.note ?? null, plate: facts.plate, session_id: null },
  ...{ due_fen: facts.dueFen, waived_fen: facts.request.waivedFen },
  ...{ before_command: null, after_command: null, look_at: null, picture_before: null, picture_after: null },
  ...{ reviewed_by: null, reviewed_at: null, verdict: null, review_note: null },
})

/** Letting a car through from afar: everything about it is kept for the review at the end of the shift. */
export function createRaisesService(ports: RaisesPorts) {
  const { clock, commands, lots, sessions, snapshots } = ports

  async function callFor(caller: Caller, { device }: Lane, callId: string | undefined) {
    if (callId === undefined) return undefined
    const call = await ports.take(caller, callId)
    if (call.lane_id !== device.id) throw laneCallElsewhere(device.id)
    return call
  }

  /** The stay that ends here: as chosen, else that of the plate. */
  async function stayFor({ device, direction }: Lane, plate: string, sessionId: string | undefined) {
    const { compoundId } = device
    if (sessionId === undefined)
      return direction === 'out' && plate !== withoutPlate ? sessions.sessionForPlate(compoundId, plate) : undefined
    const session = await sessions.session(sessionId)
    const fits = session?.compoundId === compoundId && session.state === 'inside'
    if (!fits || (plate !== withoutPlate && session.plate !== '' && session.plate !== plate)) throw sessionElsewhere()
    return session
  }

  async function dueOf(session: ParkingSessionEntry | undefined, waivedFen: number): Promise<number> {
    const dueFen = session ? (await sessions.quote(session, clock.now())).dueFen : 0
    if (waivedFen > dueFen) throw waiverTooHigh(dueFen)
    return dueFen
  }

  return {
    /** Now or not at all: whoever waits at the lane has long been helped otherwise when the gateway is back. */
    async raise(caller: Caller, laneId: string, request: RaiseRequest): Promise<LaneRaise> {
      const lane = await lots.lane(caller, laneId)
      const plate = plateIn(request.plate)
      const session = await stayFor(lane, plate, request.sessionId)
      const dueFen = await dueOf(session, request.waivedFen)
      const call = await callFor(caller, lane, request.callId)
      const before = await snapshots.before(caller, lane, call?.picture ?? undefined)
      const sessionId = session?.sessionId
      const draft = {
        ...rowOf(caller, lane, { plate, dueFen, request, now: clock.now() }),
        ...before,
        session_id: sessionId ?? null,
      }
      const { waivedFen, reason } = request
      const entry = await commands.order(caller, lane.device, {
        // Plates are in the raise, which not everybody may look at.
        ...{ name: 'raise', args: { raiseId: draft.raise_id, waivedFen }, reason },
        messageOf: ({ commandId, expiresAt }): UplinkDown => ({
          ...{ type: 'raise-lane', commandId, expiresAt, laneId, plate, waivedFen },
          ...(sessionId !== undefined && { sessionId }),
        }),
        alongside: async (tx, { commandId }) => {
          await repo.insertRaise(tx, { ...draft, command_id: commandId })
        },
      })
      return repo.toRaise({ ...draft, command_id: entry.commandId })
    },
  }
}

export type RaisesService = ReturnType<typeof createRaisesService>
