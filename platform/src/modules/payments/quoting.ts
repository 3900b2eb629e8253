import type { PayQuote } from '../../contract/index.ts'
import type { Clock } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import type { SessionsService } from '../parking/sessions.service.ts'
import * as lanes from './lanes.repo.ts'
import { quoteToken } from './tokens.ts'

export interface QuotingPorts {
  readonly db: Database
  readonly clock: Clock
  readonly key: Buffer
  readonly sessions: Pick<SessionsService, 'session' | 'quote'>
}

type Session = NonNullable<Awaited<ReturnType<SessionsService['session']>>>

/** A car that was read earlier has driven off unseen. */
const waitingMs = 10 * 60_000

/** `京A12345` becomes `京A***45`: enough to know one's own car. */
export const maskPlate = (plate: string) => {
  const letters = Array.from(plate)
  return letters.map((letter, index) => (index < 2 || index >= letters.length - 2 ? letter : '*')).join('')
}

/** What is due for a stay, as somebody at a lane may see it. */
export function createQuoting({ db, clock, key, sessions }: QuotingPorts) {
  async function waitingAt({ laneId, compoundId }: lanes.PayLane): Promise<Session | undefined> {
    const sessionId = await lanes.waitingSession(db, laneId, clock.now() - waitingMs)
    const session = sessionId === undefined ? undefined : await sessions.session(sessionId)
    return session?.state === 'inside' && session.compoundId === compoundId ? session : undefined
  }

  async function quote(lane: lanes.PayLane, session: Session, plate: string): Promise<PayQuote> {
    const now = clock.now()
    const due = await sessions.quote(session, now)
    const known = { plate, enteredAt: session.enteredAt, dueFen: due.dueFen, paidFen: due.creditFen }
    const lines = due.lines.map(({ from, to, fen, what }) => ({ from, to, fen, what }))
    const leaving = due.leaveBy === undefined ? {} : { leaveBy: due.leaveBy }
    const time = { graceMinutes: due.tariff?.graceMinutes ?? 0, ...leaving }
    if (due.dueFen <= 0) return { result: 'nothing-due', ...known, lines, ...time }
    const { sessionId } = session
    const quoteId = quoteToken(key, lane.laneId, { sessionId, fen: due.dueFen, quotedAt: now })
    return { result: 'due', quoteId, ...known, lines, ...time }
  }

  return { waitingAt, quote }
}
