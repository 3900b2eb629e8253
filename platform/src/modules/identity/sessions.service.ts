import type { SessionEntry } from '../../contract/index.ts'
import type { Clock } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import type { SessionRow } from '../../database/people-tables.ts'
import { sessionNotFound } from '../../errors.ts'
import { expiryOf, runningAt } from './lifetime.ts'
import * as repo from './sessions.repo.ts'

export interface SessionsPorts {
  readonly db: Database
  readonly clock: Clock
  /** Called for every session that was ended: what is open in it must close. */
  readonly onEnded: (tokenHash: string) => void
}

const toEntry = (row: SessionRow, currentHash: string | undefined): SessionEntry => ({
  id: row.id,
  address: row.address,
  userAgent: row.user_agent,
  startedAt: row.created_at,
  lastUsedAt: row.last_used_at,
  expiresAt: expiryOf({ lastUsedAt: row.last_used_at, endsAt: row.ends_at }),
  current: row.token_hash === currentHash,
})

/** Where people are signed in. Whoever asks was checked before. */
export function createSessionsService({ db, clock, onEnded }: SessionsPorts) {
  async function end(which: Parameters<typeof repo.deleteSessions>[1]): Promise<number> {
    const ended = await repo.deleteSessions(db, which)
    for (const tokenHash of ended) onEnded(tokenHash)
    return ended.length
  }

  return {
    async list(username: string, currentHash?: string): Promise<SessionEntry[]> {
      const rows = await repo.listSessions(db, username, runningAt(clock.now()))
      return rows.map((row) => toEntry(row, currentHash))
    },

    async endOne(username: string, id: string): Promise<void> {
      if ((await end({ username, id })) === 0) throw sessionNotFound()
    },

    endAll: (username: string) => end({ username }),
    /** All but the one with this token. */
    endOthers: (username: string, tokenHash: string) => end({ username, but: tokenHash }),

    /** Somebody else may have had the password: no browser is trusted any more. */
    forgetDevices: (username: string) => repo.forgetDevicesOf(db, username),
  }
}

export type SessionsService = ReturnType<typeof createSessionsService>
