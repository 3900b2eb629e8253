import type { Session } from '../../contract/index.ts'
import type { Clock } from '../../core/ports.ts'
import { hashToken, randomToken } from '../../core/secrets.ts'
import type { Database } from '../../database/database.ts'
import { lockedOut, wrongCredentials } from '../../errors.ts'
import * as repo from './identity.repo.ts'
import { afterFailure } from './lockout.ts'
import { decoyHash, passwordMatches } from './password.ts'

export const sessionMs = 12 * 3600_000
/** A session is extended this often at most, so that reading costs no write. */
const extendEveryMs = 5 * 60_000

export interface SignInPorts {
  readonly db: Database
  readonly clock: Clock
  readonly timeZone: string
  /** Called when a session ends before its time. */
  readonly onEnded: (tokenHash: string) => void
}

type ToldSession = Session & { readonly timeZone: string }

export function createSignInService({ db, clock, timeZone, onEnded }: SignInPorts) {
  async function refuseLocked(subjects: readonly string[]) {
    const now = clock.now()
    const until = Math.max(0, ...(await repo.findFailures(db, subjects)).map((row) => row.locked_until))
    if (until > now) throw lockedOut(Math.ceil((until - now) / 1000))
  }

  async function countFailure(subject: string) {
    await db.transaction().execute(async (tx) => {
      const [before] = await repo.findFailures(tx, [subject])
      const after = afterFailure(before && { failures: before.failures, lastAt: before.last_at }, clock.now())
      await repo.saveFailure(tx, {
        subject,
        failures: after.failures,
        last_at: after.lastAt,
        locked_until: after.lockedUntil,
      })
    })
  }

  return {
    /** Answers the session and the token for the cookie. */
    async signIn(credentials: { readonly username: string; readonly password: string; readonly address: string }) {
      const { username, password, address } = credentials
      const [account, from] = [`account:${username}`, `address:${address}`]
      await refuseLocked([account, from])
      const found = await repo.findUser(db, username)
      // An unknown name takes as long as a wrong password, so that names cannot be found out by time.
      const matches = await passwordMatches(password, found?.passwordHash ?? (await decoyHash()))
      if (!found || !matches) {
        await countFailure(account)
        await countFailure(from)
        throw wrongCredentials()
      }
      await repo.deleteFailure(db, account)
      const token = randomToken()
      const expiresAt = clock.now() + sessionMs
      await repo.insertSession(db, {
        token_hash: hashToken(token),
        username,
        created_at: clock.now(),
        expires_at: expiresAt,
      })
      const session: ToldSession = { user: found.user, expiresAt, timeZone }
      return { token, session }
    },

    /** The session behind a cookie, extended by its use; nothing when it has ended. */
    async resume(token: string): Promise<(ToldSession & { readonly extended: boolean }) | undefined> {
      const tokenHash = hashToken(token)
      const now = clock.now()
      const found = await repo.findSession(db, tokenHash, now)
      if (!found) return undefined
      if (found.expiresAt - now > sessionMs - extendEveryMs) return { ...found, timeZone, extended: false }
      await repo.extendSession(db, tokenHash, now + sessionMs)
      return { user: found.user, expiresAt: now + sessionMs, timeZone, extended: true }
    },

    async signOut(token: string): Promise<void> {
      const tokenHash = hashToken(token)
      await repo.deleteSession(db, tokenHash)
      onEnded(tokenHash)
    },

    /** Which of these sessions still run. */
    stillValid: (tokenHashes: readonly string[]) => repo.liveSessions(db, tokenHashes, clock.now()),
  }
}

export type SignInService = ReturnType<typeof createSignInService>
