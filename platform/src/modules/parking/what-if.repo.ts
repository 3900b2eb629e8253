import type { ParkingSessionEntry } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { toSession } from './sessions.repo.ts'

export interface EndedSpan {
  readonly compoundId: string
  readonly from: number
  readonly to: number
}

/** Stays that ended in the span, in the order of their ends: so many after this one. */
export async function endedAfter(
  db: Database,
  { compoundId, from, to }: EndedSpan,
  { after, limit }: { readonly after: ParkingSessionEntry | undefined; readonly limit: number },
): Promise<ParkingSessionEntry[]> {
  let query = db
    .selectFrom('parking_sessions')
    .selectAll()
    .where('compound_id', '=', compoundId)
    .where('left_at', '>=', after?.leftAt ?? from)
    .where('left_at', '<', to)
    .where('state', '=', 'closed')
  if (after)
    query = query.where((eb) => eb.or([eb('left_at', '>', after.leftAt ?? 0), eb('session_id', '>', after.sessionId)]))
  const rows = await query.orderBy('left_at').orderBy('session_id').limit(limit).execute()
  return rows.map(toSession)
}
