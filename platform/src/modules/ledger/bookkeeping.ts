import type { AreaEventBody } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import {
  debtEntry,
  feeEntry,
  paymentEntry,
  refundEntry,
  renewalEntry,
  waiverEntry,
  type LedgerEntry,
} from '../../domain/index.ts'
import { entriesOfSession, insertEntry } from './ledger.repo.ts'

type Closed = AreaEventBody<'parking.session-closed'>

/** What the end of a stay is booked as: what was let off or let go is never more than what it cost. */
export function closingEntries(closed: Closed): LedgerEntry[] {
  const { sessionId, leftAt: at, tariffVersion, feeFen } = closed
  if (closed.outcome !== 'left' || feeFen <= 0) return []
  const origin = { at, sessionId, ...(tariffVersion !== undefined && { tariffVersion }) }
  const waivedFen = Math.min(closed.waivedFen, feeFen)
  const debtFen = Math.min(closed.debtFen, feeFen - waivedFen)
  return [
    feeEntry(feeFen, origin),
    ...(waivedFen > 0 ? [waiverEntry(waivedFen, origin)] : []),
    ...(debtFen > 0 ? [debtEntry(debtFen, origin)] : []),
  ]
}

const balanceOf = (entries: readonly LedgerEntry[], account: string) =>
  entries.reduce(
    (sum, { lines }) => lines.reduce((inner, line) => inner + (line.account === account ? line.fen : 0), sum),
    0,
  )

export interface Booking {
  readonly compoundId: string
  readonly now: number
}

/** What was let go unpaid is settled by what has been paid for the same stay, before or after it left. */
async function settleDebt(
  db: Database,
  sessionId: string,
  { cause, at, ...booking }: Booking & { cause: string; at: number },
) {
  const entries = await entriesOfSession(db, sessionId)
  const [owed, paidTooMuch] = [balanceOf(entries, 'debts'), -balanceOf(entries, 'receivable')]
  const fen = Math.min(owed, paidTooMuch)
  if (fen <= 0) return
  const lines = [
    { account: 'receivable', fen },
    { account: 'debts', fen: -fen },
  ]
  const entryId = `settlement/${cause}`
  await insertEntry(db, { entryId, at, kind: 'settlement', sessionId, lines }, booking)
}

/** The end of a stay; the same stay is booked once, whatever is told of it later. */
export async function bookClosing(db: Database, closed: Closed, booking: Booking): Promise<void> {
  const [fee, ...others] = closingEntries(closed)
  if (!fee || !(await insertEntry(db, fee, booking))) return
  for (const entry of others) await insertEntry(db, entry, booking)
  await settleDebt(db, closed.sessionId, { ...booking, cause: closed.sessionId, at: closed.leftAt })
}

export interface Movement {
  readonly paymentId: string
  readonly provider: string
  readonly sessionId: string
  readonly fen: number
  readonly at: number
}

const originOf = ({ paymentId, provider, sessionId, at }: Movement) => ({
  ...{ paymentId, provider, at },
  ...(sessionId !== '' && { sessionId }),
})

export const entryOfPayment = (movement: Movement) => paymentEntry(movement.fen, originOf(movement))
export const entryOfRefund = ({ refundId, ...movement }: Movement & { readonly refundId: string }) =>
  refundEntry(movement.fen, { ...originOf(movement), refundId })

export async function bookPayment(db: Database, movement: Movement, booking: Booking): Promise<void> {
  await insertEntry(db, entryOfPayment(movement), booking)
  if (movement.sessionId === '') return
  await settleDebt(db, movement.sessionId, { ...booking, cause: movement.paymentId, at: movement.at })
}

export async function bookRefund(
  db: Database,
  movement: Movement & { readonly refundId: string },
  booking: Booking,
): Promise<void> {
  await insertEntry(db, entryOfRefund(movement), booking)
}

export type RenewalMovement = Pick<Movement, 'paymentId' | 'fen' | 'at'>

export const entryOfRenewal = ({ fen, paymentId, at }: RenewalMovement) => renewalEntry(fen, { paymentId, at })

/** What was paid for a monthly permit is earned with it. */
export async function bookRenewal(db: Database, movement: RenewalMovement, booking: Booking): Promise<void> {
  await insertEntry(db, entryOfRenewal(movement), booking)
}
