import type { OutputOf, ParkingSessionEntry, getParkingSession } from '../../contract/index.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { normalisePlate } from '../../domain/index.ts'
import { parkingSessionNotFound } from '../../errors.ts'
import * as permits from './permits.repo.ts'
import * as rules from './rules.repo.ts'
import * as repo from './sessions.repo.ts'
import { quoteStay, type Pricing, type SessionCredit, type StayQuote } from './stay-quote.ts'

export type { SessionCredit } from './stay-quote.ts'

/** Whoever keeps what was paid. */
export interface CreditsPort {
  creditsOf(db: Database, sessionIds: readonly string[]): Promise<ReadonlyMap<string, readonly SessionCredit[]>>
  /** Less what was paid back, fen. */
  paidFor(db: Database, sessionIds: readonly string[]): Promise<ReadonlyMap<string, number>>
}

export interface SessionsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly credits: CreditsPort
}

type Detail = OutputOf<typeof getParkingSession>

/** Stays, what they cost and what was paid for them. */
export function createSessionsService({ db, clock, credits }: SessionsPorts) {
  async function pricing(tx: Database, session: ParkingSessionEntry): Promise<Pricing> {
    const { compoundId, plate, sessionId } = session
    return {
      tariffs: await rules.listTariffs(tx, compoundId),
      permits: plate === '' ? [] : await permits.permitsOf(tx, compoundId, [plate]),
      credits: (await credits.creditsOf(tx, [sessionId])).get(sessionId) ?? [],
    }
  }

  /** What is due at a moment, or was due when it left. */
  async function quote(session: ParkingSessionEntry, at: number = clock.now(), tx: Database = db): Promise<StayQuote> {
    return quoteStay(session, await pricing(tx, session), session.leftAt ?? at)
  }

  async function get(caller: Caller, sessionId: string): Promise<ParkingSessionEntry> {
    const session = await repo.findSession(db, sessionId, caller.scope)
    if (!session) throw parkingSessionNotFound(sessionId)
    return session
  }

  /** The lane knows what was paid until the car left; what is paid afterwards settles the debt. */
  async function asPaid(stays: readonly ParkingSessionEntry[]): Promise<ParkingSessionEntry[]> {
    const paid = await credits.paidFor(
      db,
      stays.map(({ sessionId }) => sessionId),
    )
    return stays.map((stay) => {
      const paidFen = paid.get(stay.sessionId) ?? stay.paidFen
      return { ...stay, paidFen, debtFen: Math.max(0, stay.debtFen - Math.max(0, paidFen - stay.paidFen)) }
    })
  }

  return {
    get,
    quote,

    /** The stay, whoever asks. */
    session: (sessionId: string, tx: Database = db) => repo.findSession(tx, sessionId),

    /** The stay of a car that is inside, by its exact plate. */
    async sessionForPlate(compoundId: string, plate: string): Promise<ParkingSessionEntry | undefined> {
      return (await repo.openSessions(db, compoundId, [normalisePlate(plate)]))[0]
    },

    /** Stays of these cars that have not ended, the last to come in first. */
    insideOf: (compoundId: string, plates: readonly string[], tx: Database = db) =>
      repo.openSessions(tx, compoundId, plates),

    async list(caller: Caller, { plate, ...filter }: Omit<repo.SessionFilter, 'scope' | 'limit'> & { limit?: number }) {
      const part = plate === undefined ? undefined : normalisePlate(plate)
      if (part === '') return []
      return asPaid(await repo.listSessions(db, { limit: 100, ...filter, plate: part, scope: caller.scope }))
    },

    async detail(caller: Caller, sessionId: string): Promise<Detail> {
      const stay = await get(caller, sessionId)
      const [session = stay] = await asPaid([stay])
      const known = await pricing(db, session)
      const due = quoteStay(session, known, session.leftAt ?? clock.now())
      const dueFen = session.state === 'closed' ? session.debtFen : due.dueFen
      const payments = known.credits.map(({ paymentId, at, fen, kind, provider, by }) => ({
        ...{ paymentId, at, fen, kind },
        ...(provider !== undefined && { provider }),
        ...(by !== undefined && { by }),
      }))
      return { session, dueFen, lines: [...due.lines], payments }
    },
  }
}

export type SessionsService = ReturnType<typeof createSessionsService>
