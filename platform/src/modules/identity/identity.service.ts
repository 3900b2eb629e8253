import { covers, type User } from '../../contract/index.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import { randomToken } from '../../core/secrets.ts'
import type { Database } from '../../database/database.ts'
import { lastAdministrator, outOfScope, passwordRequired } from '../../errors.ts'
import * as repo from './identity.repo.ts'
import { failureMemoryMs } from './lockout.ts'
import { hashPassword } from './password.ts'

export interface IdentityPorts {
  readonly db: Database
  readonly clock: Clock
  /** Called when role, scope or password of somebody changed: what is open under the old ones must close. */
  readonly onChanged: (username: string) => void
}

const isRoot = ({ role, scope }: User) => role === 'admin' && scope === ''

export function createIdentityService({ db, clock, onChanged }: IdentityPorts) {
  async function refuseLastAdministrator(before: User | undefined, after: User) {
    if (!before || !isRoot(before) || isRoot(after)) return
    const others = (await repo.listUsers(db)).filter((user) => user.username !== before.username)
    if (!others.some(isRoot)) throw lastAdministrator()
  }

  return {
    async list(caller: Caller): Promise<User[]> {
      return (await repo.listUsers(db)).filter((user) => covers(caller.scope, user.scope))
    },

    async put(caller: Caller, user: User, password: string | undefined): Promise<User> {
      const before = await repo.findUser(db, user.username)
      for (const { scope } of [user, before?.user ?? user]) if (!covers(caller.scope, scope)) throw outOfScope()
      await refuseLastAdministrator(before?.user, user)
      const passwordHash = password === undefined ? before?.passwordHash : await hashPassword(password)
      if (passwordHash === undefined) throw passwordRequired()
      await repo.saveUser(db, user, passwordHash)
      if (password !== undefined) await repo.deleteSessionsOf(db, user.username)
      onChanged(user.username)
      return user
    },

    /** The first administrator of a new platform. Answers the password that was made up, if one was. */
    async createFirst(password: string | undefined): Promise<string | undefined> {
      if ((await repo.listUsers(db)).length > 0) return undefined
      const chosen = password ?? randomToken().slice(0, 20)
      const admin: User = { username: 'admin', name: 'Administrator', role: 'admin', scope: '' }
      await repo.saveUser(db, admin, await hashPassword(chosen))
      return password === undefined ? chosen : undefined
    },

    forgetExpired: () => repo.deleteExpired(db, clock.now(), clock.now() - failureMemoryMs),
  }
}

export type IdentityService = ReturnType<typeof createIdentityService>
