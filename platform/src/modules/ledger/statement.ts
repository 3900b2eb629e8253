import { createHash } from 'node:crypto'
import type { ParkingStatement } from '../../contract/index.ts'
import type { TimeZone } from '../../core/time-zone.ts'
import { divide, imbalanceOf, shareFor, type LedgerEntry, type RevenueShare } from '../../domain/index.ts'

const sumOf = (entries: readonly LedgerEntry[], matches: (account: string) => boolean) =>
  entries.reduce(
    (sum, { lines }) => lines.reduce((inner, { account, fen }) => inner + (matches(account) ? fen : 0), sum),
    0,
  )

const isClearing = (account: string) => account.startsWith('clearing:')
const ofKind = (entries: readonly LedgerEntry[], kind: LedgerEntry['kind']) =>
  entries.filter((entry) => entry.kind === kind)

/** What an amount is, whatever its sign; never `-0`. */
const amount = (fen: number) => Math.abs(fen)

const flows = (entries: readonly LedgerEntry[], matches: (account: string) => boolean = isClearing) => ({
  receivedFen: amount(sumOf(ofKind(entries, 'payment'), matches)),
  refundedFen: amount(sumOf(ofKind(entries, 'refund'), matches)),
})

const feesOf = (entries: readonly LedgerEntry[]) =>
  amount(sumOf(ofKind(entries, 'fee'), (account) => account === 'revenue'))
const renewalsOf = (entries: readonly LedgerEntry[]) =>
  amount(sumOf(ofKind(entries, 'renewal'), (account) => account === 'revenue:monthly'))

function byProvider(entries: readonly LedgerEntry[]) {
  const accounts = new Set(entries.flatMap(({ lines }) => lines.map(({ account }) => account)).filter(isClearing))
  return [...accounts].sort().map((account) => ({
    provider: account.slice('clearing:'.length),
    ...flows(entries, (other) => other === account),
  }))
}

function byDay(entries: readonly LedgerEntry[], zone: TimeZone) {
  const days = Map.groupBy(entries, ({ at }) => zone.dayOf(at))
  return [...days]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([day, of]) => ({ day, feeFen: feesOf(of), renewalFen: renewalsOf(of), ...flows(of) }))
}

/** SHA-256 over the entries in the order of their ids. */
export const digestOf = (entries: readonly LedgerEntry[]) =>
  createHash('sha256')
    .update(
      entries
        .map(({ entryId, at, lines }) => JSON.stringify([entryId, at, lines.map(({ account, fen }) => [account, fen])]))
        .sort()
        .join('\n'),
    )
    .digest('hex')

export interface StatementInput {
  readonly compound: { readonly id: string; readonly name: string }
  readonly month: string
  readonly entries: readonly LedgerEntry[]
  readonly shares: readonly RevenueShare[]
  readonly zone: TimeZone
}

/** The month of a compound from its entries alone. */
export function statementOf({ compound, month, entries, shares, zone }: StatementInput): ParkingStatement {
  const { receivedFen, refundedFen } = flows(entries)
  const distributableFen = receivedFen - refundedFen
  const agreed = shareFor(shares, zone.month(month).from)
  const parts = divide(distributableFen, agreed?.shares ?? [])
  return {
    ...{ compoundId: compound.id, compoundName: compound.name, month },
    sessions: ofKind(entries, 'fee').length,
    feeFen: feesOf(entries),
    renewals: ofKind(entries, 'renewal').length,
    renewalFen: renewalsOf(entries),
    waivedFen: sumOf(ofKind(entries, 'waiver'), (account) => account === 'waivers'),
    debtFen: sumOf(ofKind(entries, 'debt'), (account) => account === 'debts'),
    ...{ receivedFen, refundedFen, distributableFen },
    byProvider: byProvider(entries),
    ...(agreed && { shareVersion: agreed.version }),
    shares: (agreed?.shares ?? []).map(({ party, permille }, index) => ({ party, permille, fen: parts[index] ?? 0 })),
    days: byDay(entries, zone),
    imbalanceFen: imbalanceOf(entries),
    digest: digestOf(entries),
  }
}
