import { covers, type User, type UserEntry } from '../../contract/index.ts'
import type { Caller } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import {
  lastAdministrator,
  outOfScope,
  ownAccount,
  ownPassword,
  passwordRequired,
  totpOff,
  userNotFound,
} from '../../errors.ts'
import * as repo from './identity.repo.ts'
import { requireGoodPassword } from './require-good-password.ts'

/** What changes of a person besides name, role and scope. */
export interface UserChange {
  readonly password?: string | undefined
  /** Default: who sets a password for somebody else knows it, so it has to be changed. */
  readonly temporaryPassword?: boolean | undefined
  readonly disabled?: boolean | undefined
}

const isRoot = ({ role, scope, disabled }: User & { readonly disabled: boolean }) =>
  role === 'admin' && scope === '' && !disabled

/** Some things nobody does to themselves: the present password is asked for elsewhere. */
function refuseOwn({ username }: User, { password, disabled }: UserChange, caller: Caller) {
  if (caller.username !== username) return
  if (password !== undefined) throw ownPassword()
  if (disabled === true) throw ownAccount()
}

function requirePassword(before: repo.Account | undefined, { username }: User, { password }: UserChange) {
  if (password !== undefined) requireGoodPassword(password, username)
  else if (!before) throw passwordRequired()
}

/** What speaks against changing a person; each throws it. */
export function createUserChecks(db: Database) {
  async function refuseLastAdministrator(before: UserEntry | undefined, after: User & { readonly disabled: boolean }) {
    if (!before || !isRoot(before) || isRoot(after)) return
    const others = (await repo.listUsers(db)).filter((user) => user.username !== before.username)
    if (!others.some(isRoot)) throw lastAdministrator()
  }

  /** The account, if it exists and the caller may manage it. */
  async function manageable(caller: Caller, username: string) {
    const account = await repo.findAccount(db, username)
    if (!account || !covers(caller.scope, account.user.scope)) throw userNotFound(username)
    return account
  }

  return {
    manageable,

    /** Answers the account as it is; nothing for a new one. */
    async changeable(caller: Caller, user: User, change: UserChange) {
      const before = await repo.findAccount(db, user.username)
      for (const { scope } of [user, before?.user ?? user]) if (!covers(caller.scope, scope)) throw outOfScope()
      refuseOwn(user, change, caller)
      const disabled = change.disabled ?? before?.entry.disabled ?? false
      await refuseLastAdministrator(before?.entry, { ...user, disabled })
      requirePassword(before, user, change)
      return before
    },

    /** Whether the second factor of somebody can be taken away. */
    async resettable(caller: Caller, username: string) {
      const account = await manageable(caller, username)
      if (caller.username === username) throw ownAccount()
      if (account.totpSealed === null) throw totpOff()
      return account
    },
  }
}
