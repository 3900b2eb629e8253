import type { Database } from '../../database/database.ts'
import type { SessionRow } from '../../database/people-tables.ts'
import { toUser } from './identity.repo.ts'

export const insertSession = (db: Database, row: SessionRow) => db.insertInto('sessions').values(row).execute()

/** What a session must be to count: not past its end, and used since. */
export interface Running {
  readonly now: number
  readonly usedSince: number
}

export async function findSession(db: Database, tokenHash: string, { now, usedSince }: Running) {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.username', 'sessions.username')
    .selectAll('users')
    .select(['sessions.id', 'sessions.last_used_at', 'sessions.ends_at'])
    .where('token_hash', '=', tokenHash)
    .where('sessions.ends_at', '>', now)
    .where('sessions.last_used_at', '>', usedSince)
    .where('users.disabled', '=', 0)
    .executeTakeFirst()
  return (
    row && {
      user: toUser(row),
      sessionId: row.id,
      lastUsedAt: row.last_used_at,
      endsAt: row.ends_at,
      hasTemporaryPassword: row.password_temporary === 1,
      hasTotp: row.totp_sealed !== null,
    }
  )
}

export const listSessions = (db: Database, username: string, { now, usedSince }: Running) =>
  db
    .selectFrom('sessions')
    .selectAll()
    .where('username', '=', username)
    .where('ends_at', '>', now)
    .where('last_used_at', '>', usedSince)
    .orderBy('last_used_at', 'desc')
    .orderBy('id')
    .execute()

/** Notes the use of sessions whose last use was noted before `usedBefore`. */
export const noteUse = (
  db: Database,
  tokenHashes: readonly string[],
  { now, usedBefore }: { now: number; usedBefore: number },
) =>
  db
    .updateTable('sessions')
    .set({ last_used_at: now })
    .where('token_hash', 'in', tokenHashes)
    .where('last_used_at', '<=', usedBefore)
    .execute()

export async function runningSessions(db: Database, tokenHashes: readonly string[], { now, usedSince }: Running) {
  const rows = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.username', 'sessions.username')
    .select('token_hash')
    .where('token_hash', 'in', tokenHashes)
    .where('sessions.ends_at', '>', now)
    .where('sessions.last_used_at', '>', usedSince)
    .where('users.disabled', '=', 0)
    .execute()
  return new Set(rows.map((row) => row.token_hash))
}

/** Answers the hashes of the tokens that are worth nothing now. */
export async function deleteSessions(
  db: Database,
  which: { tokenHash: string } | { username: string; id?: string; but?: string },
) {
  let query = db.deleteFrom('sessions').returning('token_hash')
  if ('tokenHash' in which) query = query.where('token_hash', '=', which.tokenHash)
  else {
    query = query.where('username', '=', which.username)
    if (which.id !== undefined) query = query.where('id', '=', which.id)
    if (which.but !== undefined) query = query.where('token_hash', '!=', which.but)
  }
  return (await query.execute()).map((row) => row.token_hash)
}

export const deleteOldSessions = (db: Database, { now, usedSince }: Running) =>
  db
    .deleteFrom('sessions')
    .where((eb) => eb.or([eb('ends_at', '<=', now), eb('last_used_at', '<=', usedSince)]))
    .execute()

/** For whom this browser is known. */
export async function knownFor(db: Database, tokenHash: string): Promise<Set<string>> {
  const rows = await db.selectFrom('known_devices').select('username').where('token_hash', '=', tokenHash).execute()
  return new Set(rows.map((row) => row.username))
}

export const rememberDevice = (
  db: Database,
  { tokenHash, username, now }: { tokenHash: string; username: string; now: number },
) =>
  db
    .insertInto('known_devices')
    .values({ token_hash: tokenHash, username, last_at: now })
    .onConflict((conflict) => conflict.columns(['token_hash', 'username']).doUpdateSet({ last_at: now }))
    .execute()

export const forgetDevicesOf = (db: Database, username: string) =>
  db.deleteFrom('known_devices').where('username', '=', username).execute()

export const forgetOldDevices = (db: Database, before: number) =>
  db.deleteFrom('known_devices').where('last_at', '<', before).execute()
