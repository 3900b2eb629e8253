import { Type, type Static } from 'typebox'
import { Fen } from './money.ts'

/**
 * `clearing:<provider>` holds what a provider has taken and owes us; `receivable` what stays owe, negative as long as
 * more was paid than charged; `revenue` what was charged for stays, `revenue:monthly` for monthly permits; `waivers` what was let off; `debts` what drove off unpaid;
 * `payable:<party>` a share that is owed.
 */
export const Account = Type.String({ pattern: '^[a-z][a-z-]{1,30}(:[a-z0-9-]{1,40})?$' })

/** Debits are positive, credits negative. */
export const LedgerLine = Type.Object({ account: Account, fen: Fen })
export type LedgerLine = Static<typeof LedgerLine>

export const LedgerKind = Type.Enum(['fee', 'payment', 'refund', 'waiver', 'debt', 'settlement', 'renewal'])
export type LedgerKind = Static<typeof LedgerKind>

/** One event in the books. Its lines add up to 0, and it is never changed: a mistake is answered by another entry. */
export const LedgerEntry = Type.Object({
  /** Derived from its cause, so that the same cause is booked once: `fee/<sessionId>`. */
  entryId: Type.String({ minLength: 1, maxLength: 200 }),
  /** UTC ms, when it happened. */
  at: Type.Integer({ minimum: 0 }),
  kind: LedgerKind,
  sessionId: Type.Optional(Type.String({ maxLength: 128 })),
  tariffVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  paymentId: Type.Optional(Type.String({ maxLength: 128 })),
  lines: Type.Array(LedgerLine, { minItems: 2, maxItems: 20 }),
})
export type LedgerEntry = Static<typeof LedgerEntry>

type Origin = Pick<LedgerEntry, 'at'> & Partial<Pick<LedgerEntry, 'sessionId' | 'tariffVersion' | 'paymentId'>>

/** Sum of all lines: 0, or the books are wrong. */
export const imbalanceOf = (entries: readonly Pick<LedgerEntry, 'lines'>[]): number =>
  entries.reduce((sum, { lines }) => lines.reduce((inner, { fen }) => inner + fen, sum), 0)

const move = (fen: number, { from, to }: { readonly from: string; readonly to: string }): LedgerLine[] => [
  { account: to, fen },
  // Not `-fen`: nothing is 0, and never -0.
  { account: from, fen: 0 - fen },
]

/** A stay has ended and costs something. */
export const feeEntry = (fen: number, origin: Origin & { readonly sessionId: string }): LedgerEntry => ({
  ...origin,
  entryId: `fee/${origin.sessionId}`,
  kind: 'fee',
  lines: move(fen, { from: 'revenue', to: 'receivable' }),
})

/** A provider has taken money. */
export const paymentEntry = (
  fen: number,
  { provider, ...origin }: Origin & { readonly paymentId: string; readonly provider: string },
): LedgerEntry => ({
  ...origin,
  entryId: `payment/${origin.paymentId}`,
  kind: 'payment',
  lines: move(fen, { from: 'receivable', to: `clearing:${provider}` }),
})

/** Money went back to who had paid it. */
export const refundEntry = (
  fen: number,
  {
    provider,
    refundId,
    ...origin
  }: Origin & { readonly paymentId: string; readonly provider: string; readonly refundId: string },
): LedgerEntry => ({
  ...origin,
  entryId: `refund/${refundId}`,
  kind: 'refund',
  lines: move(fen, { from: `clearing:${provider}`, to: 'receivable' }),
})

/** A person let somebody off. */
export const waiverEntry = (fen: number, origin: Origin & { readonly sessionId: string }): LedgerEntry => ({
  ...origin,
  entryId: `waiver/${origin.sessionId}`,
  kind: 'waiver',
  lines: move(fen, { from: 'receivable', to: 'waivers' }),
})

/** Somebody drove off without paying. It stays owed: a later payment of the same stay settles it. */
export const debtEntry = (fen: number, origin: Origin & { readonly sessionId: string }): LedgerEntry => ({
  ...origin,
  entryId: `debt/${origin.sessionId}`,
  kind: 'debt',
  lines: move(fen, { from: 'receivable', to: 'debts' }),
})

/** A payment has made a monthly permit longer. */
export const renewalEntry = (fen: number, origin: Origin & { readonly paymentId: string }): LedgerEntry => ({
  ...origin,
  entryId: `renewal/${origin.paymentId}`,
  kind: 'renewal',
  lines: move(fen, { from: 'revenue:monthly', to: 'receivable' }),
})

/** Agreed parts of the revenue, in thousandths that add up to 1000. */
export const RevenueShare = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  /** UTC ms: for months that begin at or after it. */
  validFrom: Type.Integer({ minimum: 0 }),
  shares: Type.Array(
    Type.Object({
      party: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }),
      name: Type.String({ minLength: 1, maxLength: 60 }),
      permille: Type.Integer({ minimum: 0, maximum: 1000 }),
    }),
    { minItems: 1, maxItems: 20 },
  ),
})
export type RevenueShare = Static<typeof RevenueShare>

export const isWholeShare = ({ shares }: Pick<RevenueShare, 'shares'>) =>
  shares.reduce((sum, { permille }) => sum + permille, 0) === 1000

/**
 * Divides an amount by largest remainder: the parts add up to it, to the fen. Of equal remainders the first in the
 * agreement gets the fen. A negative amount (more refunded than received) is divided like its positive.
 */
export function divide(fen: number, shares: readonly { readonly permille: number }[]): number[] {
  if (fen < 0) return divide(-fen, shares).map((part) => 0 - part)
  const exact = shares.map(({ permille }, index) => {
    const product = BigInt(fen) * BigInt(permille)
    return { index, part: Number(product / 1000n), remainder: Number(product % 1000n) }
  })
  const left = fen - exact.reduce((sum, { part }) => sum + part, 0)
  const byRemainder = [...exact].sort((a, b) => b.remainder - a.remainder || a.index - b.index)
  const luckier = new Set(byRemainder.slice(0, left).map(({ index }) => index))
  return exact.map(({ part, index }) => part + (luckier.has(index) ? 1 : 0))
}

/** The agreement that a month is shared by. */
export const shareFor = (shares: readonly RevenueShare[], monthStart: number): RevenueShare | undefined =>
  shares
    .filter(({ validFrom }) => validFrom <= monthStart)
    .reduce<RevenueShare | undefined>((best, next) => (best && best.version > next.version ? best : next), undefined)
