import { hashToken, randomToken } from '../../core/secrets.ts'
import type { Database } from '../../database/database.ts'
import { AppError, accountDisabled, totpRequired, wrongCode, wrongCredentials } from '../../errors.ts'
import type { Attempts } from './attempts.ts'
import { findAccount, type Account } from './identity.repo.ts'
import { networkOf } from './network.ts'
import { decoyHash, passwordMatches } from './password.ts'
import type { SecondFactor } from './second-factor.ts'
import { knownFor } from './sessions.repo.ts'

/** What somebody brings who wants to sign in. */
export interface Credentials {
  readonly username: string
  readonly password: string
  readonly totp?: string | undefined
  readonly address: string
  readonly userAgent: string
  /** Tells a browser in which somebody has signed in before. */
  readonly deviceToken?: string | undefined
}

/** What the attempts of somebody are counted by. */
interface Counting {
  readonly deviceToken: string
  /** Their own: cleared by success. */
  readonly own: string
  /** Theirs and that of others: not cleared by success. */
  readonly shared: readonly string[]
}

export interface CredentialsPorts {
  readonly db: Database
  readonly attempts: Attempts
  readonly secondFactor: SecondFactor
}

/** The right password without a code is no guess, and no success either: it must not buy new attempts at the code. */
const isFailure = (error: unknown) =>
  error instanceof AppError && (error.code === 'WRONG_CREDENTIALS' || error.code === 'WRONG_CODE')

/** Finds out whether people are who they say, and how often that may be tried. */
export function createCredentials({ db, attempts, secondFactor }: CredentialsPorts) {
  /**
   * Who is known here is counted apart (OWASP: device cookies). Otherwise anybody could lock a guard out of their own
   * desk by getting the password wrong somewhere else.
   */
  async function countingOf({ username, address, deviceToken }: Credentials): Promise<Counting> {
    const known = deviceToken === undefined ? new Set() : await knownFor(db, hashToken(deviceToken))
    // A token that we did not give out is not taken over: somebody could have planted it.
    const token = deviceToken !== undefined && known.size > 0 ? deviceToken : randomToken()
    if (known.has(username)) return { deviceToken: token, own: `device:${hashToken(token)}:${username}`, shared: [] }
    return { deviceToken: token, own: `account:${username}`, shared: [`address:${networkOf(address)}`] }
  }

  async function requireSecondFactor(account: Account, totp: string | undefined) {
    if (account.totpSealed === null) return
    if (totp === undefined) throw totpRequired()
    if (!(await secondFactor.accept(account.user.username, account.totpSealed, totp))) throw wrongCode()
  }

  async function check({ username, password, totp }: Credentials): Promise<Account> {
    const account = await findAccount(db, username)
    const decoy = await decoyHash()
    // An unknown name takes as long as a wrong password, so that names cannot be found out by time.
    const matches = await passwordMatches(password, account?.passwordHash ?? decoy)
    if (!account || !matches) throw wrongCredentials()
    if (account.entry.disabled) throw accountDisabled()
    await requireSecondFactor(account, totp)
    return account
  }

  return {
    /** Answers the account, and the token for the cookie of the browser. */
    async prove(given: Credentials) {
      const { deviceToken, own, shared } = await countingOf(given)
      const account = await attempts.make({ own, shared, isFailure, check: () => check(given) })
      return { account, deviceToken }
    },
  }
}
