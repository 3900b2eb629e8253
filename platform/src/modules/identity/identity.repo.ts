import type { User, UserEntry } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import type { UserRow } from '../../database/people-tables.ts'
import { toFlag } from '../../database/values.ts'

export const toUser = ({
  username,
  name,
  role,
  scope,
}: Pick<UserRow, 'username' | 'name' | 'role' | 'scope'>): User => ({
  username,
  name,
  role: role as User['role'],
  scope,
})

const toEntry = (row: UserRow): UserEntry => ({
  ...toUser(row),
  disabled: row.disabled === 1,
  temporaryPassword: row.password_temporary === 1,
  totp: row.totp_sealed !== null,
  ...(row.last_sign_in_at !== null && { lastSignInAt: row.last_sign_in_at }),
})

/** An account with what only the house itself may know. */
export interface Account {
  readonly entry: UserEntry
  readonly user: User
  readonly passwordHash: string
  readonly totpSealed: string | null
  readonly totpPendingSealed: string | null
}

export async function listUsers(db: Database): Promise<UserEntry[]> {
  return (await db.selectFrom('users').selectAll().orderBy('username').execute()).map(toEntry)
}

export async function findAccount(db: Database, username: string): Promise<Account | undefined> {
  const row = await db.selectFrom('users').selectAll().where('username', '=', username).executeTakeFirst()
  return (
    row && {
      entry: toEntry(row),
      user: toUser(row),
      passwordHash: row.password_hash,
      totpSealed: row.totp_sealed,
      totpPendingSealed: row.totp_pending_sealed,
    }
  )
}

export interface SavedUser {
  readonly user: User
  readonly passwordHash: string
  readonly temporaryPassword: boolean
  readonly disabled: boolean
}

export async function saveUser(db: Database, { user, passwordHash, temporaryPassword, disabled }: SavedUser) {
  const changing = {
    name: user.name,
    role: user.role,
    scope: user.scope,
    password_hash: passwordHash,
    password_temporary: toFlag(temporaryPassword),
    disabled: toFlag(disabled),
  }
  await db
    .insertInto('users')
    .values({
      username: user.username,
      ...changing,
      totp_sealed: null,
      totp_pending_sealed: null,
      totp_last_step: null,
      last_sign_in_at: null,
    })
    .onConflict((conflict) => conflict.column('username').doUpdateSet(changing))
    .execute()
}

type Changes = Partial<Omit<UserRow, 'username'>>

export const changeUser = (db: Database, username: string, changes: Changes) =>
  db.updateTable('users').set(changes).where('username', '=', username).execute()

/** Whether the code of this step was not used before: then it is used now. */
export async function useTotpStep(db: Database, username: string, step: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('users')
    .set({ totp_last_step: step })
    .where('username', '=', username)
    .where((eb) => eb.or([eb('totp_last_step', 'is', null), eb('totp_last_step', '<', step)]))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function useRecoveryCode(db: Database, username: string, codeHash: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('recovery_codes')
    .where('username', '=', username)
    .where('code_hash', '=', codeHash)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

export async function countRecoveryCodes(db: Database, username: string): Promise<number> {
  const rows = await db.selectFrom('recovery_codes').select('code_hash').where('username', '=', username).execute()
  return rows.length
}

export const deleteRecoveryCodes = (db: Database, username: string) =>
  db.deleteFrom('recovery_codes').where('username', '=', username).execute()

export const insertRecoveryCodes = (db: Database, username: string, codeHashes: readonly string[]) =>
  db
    .insertInto('recovery_codes')
    .values(codeHashes.map((code_hash) => ({ username, code_hash })))
    .execute()
