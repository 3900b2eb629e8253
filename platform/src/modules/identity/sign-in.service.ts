import type { Duty, Role, Session } from '../../contract/index.ts'
import type { Clock } from '../../core/ports.ts'
import { hashToken, randomToken } from '../../core/secrets.ts'
import { createCredentials, type Credentials, type CredentialsPorts } from './credentials.ts'
import { changeUser, type Account } from './identity.repo.ts'
import { expiryOf, longestMs, noteUseEveryMs, runningAt } from './lifetime.ts'
import { hashPassword, needsRehash } from './password.ts'
import * as repo from './sessions.repo.ts'

export interface SignInPorts extends CredentialsPorts {
  readonly clock: Clock
  readonly timeZone: string
  /** Roles whose people need a second factor. */
  readonly requireTotp: readonly Role[]
  /** Called when a session ends before its time. */
  readonly onEnded: (tokenHash: string) => void
}

type ToldSession = Session & { readonly timeZone: string }

interface Standing {
  readonly role: Role
  readonly hasTemporaryPassword: boolean
  readonly hasTotp: boolean
}

const standingOf = ({ user, entry }: Account): Standing => ({
  role: user.role,
  hasTemporaryPassword: entry.temporaryPassword,
  hasTotp: entry.totp,
})

export function createSignInService(ports: SignInPorts) {
  const { db, clock, timeZone, requireTotp, onEnded } = ports
  const credentials = createCredentials(ports)

  function dutyOf({ role, hasTemporaryPassword, hasTotp }: Standing): { duty?: Duty } {
    if (hasTemporaryPassword) return { duty: 'change-password' }
    return requireTotp.includes(role) && !hasTotp ? { duty: 'enrol-totp' } : {}
  }

  async function open(account: Account, { address, userAgent }: Credentials) {
    const now = clock.now()
    const token = randomToken()
    const endsAt = now + longestMs
    await repo.insertSession(db, {
      ...{ token_hash: hashToken(token), id: crypto.randomUUID(), username: account.user.username },
      ...{ address: address.slice(0, 64), user_agent: userAgent.slice(0, 300) },
      ...{ created_at: now, last_used_at: now, ends_at: endsAt },
    })
    const expiresAt = expiryOf({ lastUsedAt: now, endsAt })
    const session: ToldSession = { user: account.user, expiresAt, timeZone, ...dutyOf(standingOf(account)) }
    return { token, endsAt, session }
  }

  return {
    /** Answers the session, and the tokens for the cookies of session and browser. */
    async signIn(given: Credentials) {
      const { account, deviceToken } = await credentials.prove(given)
      const { username } = account.user
      const now = clock.now()
      const rehashed = needsRehash(account.passwordHash) && (await hashPassword(given.password))
      await changeUser(db, username, { last_sign_in_at: now, ...(rehashed && { password_hash: rehashed }) })
      await repo.rememberDevice(db, { tokenHash: hashToken(deviceToken), username, now })
      return { ...(await open(account, given)), deviceToken }
    },

    /** The session behind a cookie, extended by its use; nothing when it has ended. */
    async resume(token: string): Promise<ToldSession | undefined> {
      const tokenHash = hashToken(token)
      const now = clock.now()
      const found = await repo.findSession(db, tokenHash, runningAt(now))
      if (!found) return undefined
      const usedBefore = now - noteUseEveryMs
      const isDue = found.lastUsedAt <= usedBefore
      if (isDue) await repo.noteUse(db, [tokenHash], { now, usedBefore })
      const expiresAt = expiryOf({ lastUsedAt: isDue ? now : found.lastUsedAt, endsAt: found.endsAt })
      return { user: found.user, expiresAt, timeZone, ...dutyOf({ role: found.user.role, ...found }) }
    },

    async signOut(token: string): Promise<void> {
      for (const ended of await repo.deleteSessions(db, { tokenHash: hashToken(token) })) onEnded(ended)
    },

    /** Which of these sessions still run. Those who ask have a live console open, which is use. */
    async keepAlive(tokenHashes: readonly string[]): Promise<Set<string>> {
      if (tokenHashes.length === 0) return new Set()
      const now = clock.now()
      const running = await repo.runningSessions(db, tokenHashes, runningAt(now))
      if (running.size > 0) await repo.noteUse(db, [...running], { now, usedBefore: now - noteUseEveryMs })
      return running
    },
  }
}

export type SignInService = ReturnType<typeof createSignInService>
