import { covers, type User, type UserEntry } from '../../contract/index.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import { randomToken } from '../../core/secrets.ts'
import type { Database } from '../../database/database.ts'
import { passwordRequired, userNotFound } from '../../errors.ts'
import { deleteOldFailures } from './attempts.repo.ts'
import * as repo from './identity.repo.ts'
import { knownDeviceMs, runningAt } from './lifetime.ts'
import { failureMemoryMs } from './lockout.ts'
import { hashPassword } from './password.ts'
import type { SecondFactor } from './second-factor.ts'
import { deleteOldSessions, forgetOldDevices } from './sessions.repo.ts'
import type { SessionsService } from './sessions.service.ts'
import { createUserChecks, type UserChange } from './user-checks.ts'

export interface IdentityPorts {
  readonly db: Database
  readonly clock: Clock
  readonly secondFactor: SecondFactor
  readonly sessions: SessionsService
  /** Called when role, scope or password of somebody changed: what is open under the old ones must close. */
  readonly onChanged: (username: string) => void
}

/** The account as it will be stored: what is not given stays. */
async function changed(before: repo.Account | undefined, user: User, change: UserChange): Promise<repo.SavedUser> {
  const disabled = change.disabled ?? before?.entry.disabled ?? false
  if (change.password !== undefined) {
    const temporaryPassword = change.temporaryPassword ?? true
    return { user, disabled, temporaryPassword, passwordHash: await hashPassword(change.password) }
  }
  if (!before) throw passwordRequired()
  return { user, disabled, temporaryPassword: before.entry.temporaryPassword, passwordHash: before.passwordHash }
}

export function createIdentityService({ db, clock, secondFactor, sessions, onChanged }: IdentityPorts) {
  const checks = createUserChecks(db)

  async function entryOf(username: string): Promise<UserEntry> {
    const account = await repo.findAccount(db, username)
    if (!account) throw userNotFound(username)
    return account.entry
  }

  async function shutOut(username: string) {
    await sessions.endAll(username)
    await sessions.forgetDevices(username)
  }

  return {
    ...checks,

    /** For the house itself; people ask `list`. */
    everybody: () => repo.listUsers(db),

    async list(caller: Caller): Promise<UserEntry[]> {
      return (await repo.listUsers(db)).filter((user) => covers(caller.scope, user.scope))
    },

    async put(caller: Caller, user: User, change: UserChange = {}): Promise<UserEntry> {
      const after = await changed(await checks.changeable(caller, user, change), user, change)
      await repo.saveUser(db, after)
      if (change.password !== undefined || after.disabled) await shutOut(user.username)
      onChanged(user.username)
      return entryOf(user.username)
    },

    /** For somebody who lost the authenticator and the recovery codes. */
    async resetTotp(caller: Caller, username: string): Promise<UserEntry> {
      await checks.resettable(caller, username)
      await secondFactor.remove(username)
      await shutOut(username)
      return entryOf(username)
    },

    /** The first administrator of a new platform. Answers the password that was made up, if one was. */
    async createFirst(password: string | undefined): Promise<string | undefined> {
      if ((await repo.listUsers(db)).length > 0) return undefined
      const chosen = password ?? randomToken().slice(0, 20)
      const user: User = { username: 'admin', name: 'Administrator', role: 'admin', scope: '' }
      // What was made up was printed; what the operator chose is theirs already.
      const temporaryPassword = password === undefined
      await repo.saveUser(db, { user, passwordHash: await hashPassword(chosen), temporaryPassword, disabled: false })
      return password === undefined ? chosen : undefined
    },

    async forgetExpired(): Promise<void> {
      const now = clock.now()
      await deleteOldSessions(db, runningAt(now))
      await deleteOldFailures(db, now - failureMemoryMs)
      await forgetOldDevices(db, now - knownDeviceMs)
    },
  }
}

export type IdentityService = ReturnType<typeof createIdentityService>
