import type { Account, Role } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import {
  notSignedIn,
  samePassword,
  totpAlready,
  totpNotBegun,
  totpOff,
  wrongConfirmation,
  wrongPassword,
} from '../../errors.ts'
import type { Attempts } from './attempts.ts'
import * as repo from './identity.repo.ts'
import { hashPassword, passwordMatches } from './password.ts'
import { requireGoodPassword } from './require-good-password.ts'
import type { SecondFactor } from './second-factor.ts'
import type { SessionsService } from './sessions.service.ts'

export interface AccountPorts {
  readonly db: Database
  readonly attempts: Attempts
  readonly secondFactor: SecondFactor
  readonly sessions: SessionsService
  readonly requireTotp: readonly Role[]
  /** Called when what somebody may do has changed. */
  readonly onChanged: (username: string) => void
}

/** The session of somebody who changes their own account. */
export interface OwnSession {
  readonly username: string
  readonly tokenHash: string
}

/** What people do to their own account. A session alone is not enough for what would take it over. */
export function createAccountService({ db, attempts, secondFactor, sessions, requireTotp, onChanged }: AccountPorts) {
  async function find(username: string) {
    const account = await repo.findAccount(db, username)
    if (!account) throw notSignedIn()
    return account
  }

  /** Counts apart from signing in: whoever sits at somebody's desk must not lock them out of the others. */
  async function prove(username: string, check: (account: repo.Account) => Promise<boolean>, wrong: () => Error) {
    const own = `again:${username}`
    const account = await find(username)
    const refusal = wrong()
    return attempts.make({
      own,
      isFailure: (error) => error === refusal,
      check: async () => {
        if (!(await check(account))) throw refusal
        return account
      },
    })
  }
  const provePassword = (username: string, password: string) =>
    prove(username, ({ passwordHash }) => passwordMatches(password, passwordHash), wrongPassword)

  return {
    async get(username: string): Promise<Account> {
      const { user, entry } = await find(username)
      return {
        user,
        totp: entry.totp,
        totpRequired: requireTotp.includes(user.role),
        recoveryCodesLeft: await repo.countRecoveryCodes(db, username),
      }
    },

    async changePassword({ username, tokenHash }: OwnSession, oldPassword: string, newPassword: string) {
      const { passwordHash } = await provePassword(username, oldPassword)
      if (await passwordMatches(newPassword, passwordHash)) throw samePassword()
      requireGoodPassword(newPassword, username)
      await repo.changeUser(db, username, { password_hash: await hashPassword(newPassword), password_temporary: 0 })
      await sessions.endOthers(username, tokenHash)
    },

    async beginTotp(username: string, password: string) {
      const { totpSealed } = await provePassword(username, password)
      if (totpSealed !== null) throw totpAlready()
      return secondFactor.begin(username)
    },

    async confirmTotp(username: string, code: string): Promise<string[]> {
      const { totpSealed, totpPendingSealed } = await find(username)
      if (totpSealed !== null) throw totpAlready()
      if (totpPendingSealed === null) throw totpNotBegun()
      const codes = await secondFactor.confirm(username, totpPendingSealed, code)
      if (!codes) throw wrongConfirmation()
      return codes
    },

    async removeTotp(username: string, password: string, code: string): Promise<void> {
      const { totpSealed } = await provePassword(username, password)
      if (totpSealed === null) throw totpOff()
      await prove(username, () => secondFactor.accept(username, totpSealed, code), wrongConfirmation)
      await secondFactor.remove(username)
      onChanged(username)
    },
  }
}

export type AccountService = ReturnType<typeof createAccountService>
