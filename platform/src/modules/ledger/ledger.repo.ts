import type { Scope } from '../../contract/index.ts'
import { orderedId } from '../../core/ordered-id.ts'
import type { Database } from '../../database/database.ts'
import type { LedgerEntryRow } from '../../database/payment-tables.ts'
import { compoundsWithin } from '../../database/scope.ts'
import { fromJson, present, toJson } from '../../database/values.ts'
import type { LedgerEntry, RevenueShare } from '../../domain/index.ts'

export const toEntry = (row: LedgerEntryRow): LedgerEntry => ({
  entryId: row.entry_id,
  at: row.at,
  kind: row.kind as LedgerEntry['kind'],
  lines: fromJson(row.lines),
  ...present({ sessionId: row.session_id, paymentId: row.payment_id, tariffVersion: row.tariff_version }),
})

/** Books an entry; answers whether its cause had not been booked before. */
export async function insertEntry(
  db: Database,
  entry: LedgerEntry,
  { compoundId, now }: { readonly compoundId: string; readonly now: number },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('ledger_entries')
    .values({
      ...{ entry_id: entry.entryId, compound_id: compoundId, booking: orderedId(now), at: entry.at, kind: entry.kind },
      ...{ session_id: entry.sessionId ?? null, payment_id: entry.paymentId ?? null },
      ...{ tariff_version: entry.tariffVersion ?? null, lines: toJson(entry.lines) },
    })
    .onConflict((conflict) => conflict.column('entry_id').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}

export async function entriesOfSession(db: Database, sessionId: string): Promise<LedgerEntry[]> {
  const rows = await db.selectFrom('ledger_entries').selectAll().where('session_id', '=', sessionId).execute()
  return rows.map(toEntry)
}

export interface LedgerFilter {
  readonly scope: Scope
  readonly compoundId: string
  readonly sessionId?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly after?: string | undefined
  readonly limit: number
}

export async function listEntries(db: Database, filter: LedgerFilter): Promise<LedgerEntry[]> {
  const { compoundId, sessionId, from, to, after } = filter
  let query = db
    .selectFrom('ledger_entries')
    .selectAll()
    .where('compound_id', '=', compoundId)
    .where('compound_id', 'in', compoundsWithin(filter.scope))
  if (sessionId !== undefined) query = query.where('session_id', '=', sessionId)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<', to)
  if (after !== undefined)
    query = query.where('booking', '>', (eb) =>
      eb.selectFrom('ledger_entries').select('booking').where('entry_id', '=', after),
    )
  const rows = await query.orderBy('booking').limit(filter.limit).execute()
  return rows.map(toEntry)
}

/** Everything of a span (UTC ms), in an order that does not depend on when it was booked. */
export async function entriesBetween(
  db: Database,
  compoundId: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<LedgerEntry[]> {
  const rows = await db
    .selectFrom('ledger_entries')
    .selectAll()
    .where('compound_id', '=', compoundId)
    .where('at', '>=', from)
    .where('at', '<', to)
    .orderBy('at')
    .orderBy('entry_id')
    .execute()
  return rows.map(toEntry)
}

/** Agreements, the newest last. */
export async function listShares(db: Database, compoundId: string): Promise<RevenueShare[]> {
  const rows = await db
    .selectFrom('revenue_shares')
    .selectAll()
    .where('compound_id', '=', compoundId)
    .orderBy('version')
    .execute()
  return rows.map((row) => ({ version: row.version, validFrom: row.valid_from, shares: fromJson(row.shares) }))
}

/** Answers whether the version was still free. */
export async function insertShare(db: Database, compoundId: string, share: RevenueShare): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('revenue_shares')
    .values({
      ...{ compound_id: compoundId, version: share.version, valid_from: share.validFrom },
      shares: toJson(share.shares),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}
