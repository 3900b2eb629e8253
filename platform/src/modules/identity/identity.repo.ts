import type { User } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import type { SessionRow, SignInFailureRow, UserRow } from '../../database/tables.ts'

const toUser = ({ username, name, role, scope }: Omit<UserRow, 'password_hash'>): User => ({
  username,
  name,
  role: role as User['role'],
  scope,
})

export async function listUsers(db: Database): Promise<User[]> {
  const rows = await db.selectFrom('users').select(['username', 'name', 'role', 'scope']).orderBy('username').execute()
  return rows.map(toUser)
}

export async function findUser(db: Database, username: string) {
  const row = await db.selectFrom('users').selectAll().where('username', '=', username).executeTakeFirst()
  return row && { user: toUser(row), passwordHash: row.password_hash }
}

export async function saveUser(db: Database, user: User, passwordHash: string): Promise<void> {
  await db
    .insertInto('users')
    .values({ ...user, password_hash: passwordHash })
    .onConflict((conflict) =>
      conflict
        .column('username')
        .doUpdateSet({ name: user.name, role: user.role, scope: user.scope, password_hash: passwordHash }),
    )
    .execute()
}

export const insertSession = (db: Database, row: SessionRow) => db.insertInto('sessions').values(row).execute()

export async function findSession(db: Database, tokenHash: string, now: number) {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.username', 'sessions.username')
    .select(['users.username', 'users.name', 'users.role', 'users.scope', 'sessions.expires_at'])
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row && { user: toUser(row), expiresAt: row.expires_at }
}

export const extendSession = (db: Database, tokenHash: string, expiresAt: number) =>
  db.updateTable('sessions').set({ expires_at: expiresAt }).where('token_hash', '=', tokenHash).execute()

export const deleteSession = (db: Database, tokenHash: string) =>
  db.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute()

export const deleteSessionsOf = (db: Database, username: string) =>
  db.deleteFrom('sessions').where('username', '=', username).execute()

export const deleteExpired = async (db: Database, now: number, failuresBefore: number) => {
  await db.deleteFrom('sessions').where('expires_at', '<=', now).execute()
  await db.deleteFrom('sign_in_failures').where('last_at', '<', failuresBefore).execute()
}

export async function liveSessions(db: Database, tokenHashes: readonly string[], now: number): Promise<Set<string>> {
  if (tokenHashes.length === 0) return new Set()
  const rows = await db
    .selectFrom('sessions')
    .select('token_hash')
    .where('token_hash', 'in', tokenHashes)
    .where('expires_at', '>', now)
    .execute()
  return new Set(rows.map((row) => row.token_hash))
}

export const findFailures = (db: Database, subjects: readonly string[]) =>
  db.selectFrom('sign_in_failures').selectAll().where('subject', 'in', subjects).execute()

export const saveFailure = (db: Database, { subject, ...row }: SignInFailureRow) =>
  db
    .insertInto('sign_in_failures')
    .values({ subject, ...row })
    .onConflict((conflict) => conflict.column('subject').doUpdateSet(row))
    .execute()

export const deleteFailure = (db: Database, subject: string) =>
  db.deleteFrom('sign_in_failures').where('subject', '=', subject).execute()
