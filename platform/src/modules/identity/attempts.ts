import type { Clock } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { lockedOut, tooManyRequests } from '../../errors.ts'
import * as repo from './attempts.repo.ts'
import { afterFailure } from './lockout.ts'

/** Attempts at one subject that wait for each other; more at once is not somebody who types. */
const mostWaiting = 50

/** Work for one subject, one after the other: a hundred guesses at once are no way around a limit of five. */
function createTurns() {
  const tails = new Map<string, { last: Promise<unknown>; waiting: number }>()
  return async <T>(subject: string, work: () => Promise<T>): Promise<T> => {
    const tail = tails.get(subject) ?? { last: Promise.resolve(), waiting: 0 }
    if (tail.waiting >= mostWaiting) throw tooManyRequests()
    tails.set(subject, tail)
    tail.waiting += 1
    const turn = tail.last.then(work)
    tail.last = turn.catch(() => undefined) // told to its own caller
    try {
      return await turn
    } finally {
      tail.waiting -= 1
      if (tail.waiting === 0) tails.delete(subject)
    }
  }
}

export interface Attempt<T> {
  /** Theirs alone: cleared by success. */
  readonly own: string
  /** Theirs and that of others, as an address is. */
  readonly shared?: readonly string[]
  /** Tells a wrong attempt from what speaks against a right one. */
  readonly isFailure: (error: unknown) => boolean
  readonly check: () => Promise<T>
}

/** Counts failed attempts and locks out for longer each time. Kept in the database: a restart forgets nothing. */
export function createAttempts({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  const inTurn = createTurns()

  async function refuseLocked(subjects: readonly string[]) {
    const now = clock.now()
    const until = Math.max(0, ...(await repo.findFailures(db, subjects)).map((row) => row.locked_until))
    if (until > now) throw lockedOut(Math.ceil((until - now) / 1000))
  }

  const countFailure = (subjects: readonly string[]) =>
    db.transaction().execute(async (tx) => {
      const now = clock.now()
      // In one order everywhere: two transactions never wait for each other.
      for (const subject of [...subjects].sort()) {
        const { failures, last_at: lastAt } = await repo.holdFailures(tx, subject, now)
        await repo.saveFailures(tx, subject, afterFailure({ failures, lastAt }, now))
      }
    })

  return {
    /** Throws LOCKED_OUT, or what `check` throws. */
    make: <T>({ own, shared = [], isFailure, check }: Attempt<T>): Promise<T> =>
      inTurn(own, async () => {
        const subjects = [own, ...shared]
        await refuseLocked(subjects)
        try {
          const result = await check()
          await repo.deleteFailures(db, [own])
          return result
        } catch (error) {
          if (isFailure(error)) await countFailure(subjects)
          throw error
        }
      }),
  }
}

export type Attempts = ReturnType<typeof createAttempts>
