import { sql } from 'kysely'
import { compoundsWithin } from '../../database/scope.ts'
import type { Database } from '../../database/database.ts'
import type { Caller } from '../../core/ports.ts'

/** Parameters of a route whose value belongs to a compound, and where it stands to which. */
const owners = {
  deviceId: ['devices', 'id'],
  laneId: ['devices', 'id'],
  gatewayId: ['gateways', 'id'],
  alertId: ['alerts', 'id'],
  commandId: ['commands', 'id'],
  broadcastId: ['broadcasts', 'id'],
  // Sign-ins have a parameter of this name, too; they belong to no compound, and are not among the stays.
  sessionId: ['parking_sessions', 'session_id'],
  callId: ['lane_calls', 'call_id'],
  raiseId: ['lane_raises', 'raise_id'],
  ticketId: ['parking_tickets', 'ticket_id'],
} as const
export type Owned = keyof typeof owners
export const isOwned = (name: string): name is Owned => Object.hasOwn(owners, name)

export async function compoundOwning(db: Database, name: Owned, id: string): Promise<string | undefined> {
  const [table, key] = owners[name]
  const row = await db
    .selectFrom(table as 'devices')
    .select('compound_id')
    .where(sql.ref<string>(key), '=', id)
    .executeTakeFirst()
  return row?.compound_id
}

/** The same picture may belong to several compounds; what counts is where this person may see it. */
export async function compoundOfPicture(db: Database, sha256: string, scope: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('media')
    .select('compound_id')
    .where('sha256', '=', sha256)
    .where('compound_id', 'in', compoundsWithin(scope))
    .orderBy('compound_id')
    .executeTakeFirst()
  return row?.compound_id
}

/** Somebody whose area is one compound sees nothing of another, whatever they ask for. */
export async function onlyCompoundOf(db: Database, { scope }: Caller): Promise<string | undefined> {
  if (scope === '') return undefined
  const row = await db.selectFrom('compounds').select('id').where('path', '=', scope).executeTakeFirst()
  return row?.id
}

export const roleAndScopeOf = (db: Database, username: string) =>
  db.selectFrom('users').select(['role', 'scope']).where('username', '=', username).executeTakeFirst()

async function keysOf(db: Database, table: 'permits' | 'people', compoundId: string): Promise<string[]> {
  const key = table === 'permits' ? 'plate' : 'person_id'
  const rows = await db
    .selectFrom(table)
    .select(sql.ref<string>(key).as('key'))
    .where('compound_id', '=', compoundId)
    .execute()
  return rows.map((row) => row.key)
}

/** How a list that replaces another differs from it, in numbers. */
export async function difference(
  db: Database,
  { table, compoundId }: { readonly table: 'permits' | 'people'; readonly compoundId: string },
  after: readonly unknown[],
) {
  const before = new Set(await keysOf(db, table, compoundId))
  const given = new Set(after)
  const kept = [...given].filter((key) => before.has(key as string)).length
  return { before: before.size, after: after.length, added: given.size - kept, removed: before.size - kept }
}
