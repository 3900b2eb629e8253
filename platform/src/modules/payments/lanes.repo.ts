import type { Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import { fromJson } from '../../database/values.ts'

export interface PayLane {
  readonly laneId: string
  readonly compoundId: string
  readonly compoundName: string
  readonly laneName: string
  readonly direction: 'in' | 'out'
}

/** A device that cars pass. */
export async function findLane(db: Database, laneId: string, scope: Scope = ''): Promise<PayLane | undefined> {
  const row = await db
    .selectFrom('devices')
    .innerJoin('compounds', 'compounds.id', 'devices.compound_id')
    .select([
      'devices.id',
      'devices.name',
      'devices.settings',
      'compounds.id as compoundId',
      'compounds.name as compound',
    ])
    .where('devices.id', '=', laneId)
    .where('devices.compound_id', 'in', compoundsWithin(scope))
    .executeTakeFirst()
  if (!row) return undefined
  const settings: Readonly<Record<string, unknown>> = fromJson(row.settings)
  const direction = settings['direction'] === 'out' ? 'out' : 'in'
  return { laneId: row.id, compoundId: row.compoundId, compoundName: row.compound, laneName: row.name, direction }
}

export async function tokenVersion(db: Database, laneId: string): Promise<number> {
  const row = await db.selectFrom('lane_tokens').select('version').where('lane_id', '=', laneId).executeTakeFirst()
  return row?.version ?? 1
}

export const renewToken = (db: Database, laneId: string) =>
  db
    .insertInto('lane_tokens')
    .values({ lane_id: laneId, version: 2 })
    .onConflict((conflict) =>
      conflict.column('lane_id').doUpdateSet((eb) => ({ version: eb('lane_tokens.version', '+', 1) })),
    )
    .execute()

/** The stay of the car that a lane has seen last, if it has not let it go since. */
export async function waitingSession(db: Database, laneId: string, since: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('passages')
    .select(['decision', 'session_id'])
    .where('device_id', '=', laneId)
    .where('at', '>=', since)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .executeTakeFirst()
  return row?.decision === 'open' ? undefined : (row?.session_id ?? undefined)
}
