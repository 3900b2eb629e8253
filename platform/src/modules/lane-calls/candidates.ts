import type { LaneCall, ParkingSessionEntry, PlateCandidate } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import type { LaneCallRow } from '../../database/parking-tables.ts'
import { fromJson, present } from '../../database/values.ts'
import { classifyPlate, normalisePlate } from '../../domain/index.ts'
import type { PermitsService } from '../parking/permits.service.ts'
import type { SessionsService } from '../parking/sessions.service.ts'

export interface CandidatesPorts {
  readonly sessions: SessionsService
  readonly permits: PermitsService
}

/** When, and in which transaction. */
interface Moment {
  readonly now: number
  readonly tx: Database
}

interface Look extends Moment {
  readonly rights: ReadonlyMap<string, string>
}

const mostCandidates = 10

function platesOf({ candidates, raw_plate: raw }: LaneCallRow): string[] {
  const read = normalisePlate(raw ?? '')
  const isPlate = !['invalid', 'unplated'].includes(classifyPlate(read))
  return [...new Set([...(isPlate ? [read] : []), ...(fromJson(candidates) as string[])])]
}

/** What a person needs to choose among the plates that a camera may have meant, as things are now. */
export function createCallViews({ sessions, permits }: CandidatesPorts) {
  async function candidateOf(plate: string, session: ParkingSessionEntry | undefined, about: Look) {
    const right = about.rights.get(plate) ?? session?.right ?? 'temporary'
    const due = session && (await sessions.quote(session, about.now, about.tx))
    return {
      ...{ plate, right },
      ...(session && { sessionId: session.sessionId, enteredAt: session.enteredAt }),
      ...(session?.entryPicture !== undefined && { entryPicture: session.entryPicture }),
      ...(due && { dueFen: due.dueFen }),
    }
  }

  async function candidatesOf(row: LaneCallRow, own: ParkingSessionEntry | undefined, { tx, now }: Moment) {
    const plates = platesOf(row).slice(0, mostCandidates)
    const inside = await sessions.insideOf(row.compound_id, plates, tx)
    const rights = await permits.rightsOf(row.compound_id, plates, { at: now, laneId: row.lane_id, tx })
    const about = { rights, now, tx }
    const found: PlateCandidate[] = []
    if (own && !plates.includes(own.plate)) found.push(await candidateOf(own.plate, own, about))
    for (const plate of plates) {
      const session = own?.plate === plate ? own : inside.find((stay) => stay.plate === plate)
      found.push(await candidateOf(plate, session, about))
    }
    return found.slice(0, mostCandidates)
  }

  return {
    /** The call as people see it. */
    async of(row: LaneCallRow, { tx, now }: Moment): Promise<LaneCall> {
      const own = row.session_id === null ? undefined : await sessions.session(row.session_id, tx)
      const stay = own?.compoundId === row.compound_id && own.state === 'inside' ? own : undefined
      const candidates = row.state === 'ended' ? [] : await candidatesOf(row, stay, { tx, now })
      const due = candidates.find(({ sessionId }) => sessionId !== undefined && sessionId === stay?.sessionId)?.dueFen
      return {
        ...{ callId: row.call_id, compoundId: row.compound_id, laneId: row.lane_id, cause: row.cause },
        ...{ direction: row.direction as LaneCall['direction'], state: row.state as LaneCall['state'] },
        ...{ at: row.at, receivedAt: row.received_at, candidates },
        ...present({
          ...{ rawPlate: row.raw_plate, picture: row.picture, reason: row.reason, dueFen: due ?? row.due_fen },
          ...{ answeredBy: row.answered_by, answeredAt: row.answered_at, endedAt: row.ended_at, outcome: row.outcome },
        }),
      }
    },
  }
}

export type CallViews = ReturnType<typeof createCallViews>
