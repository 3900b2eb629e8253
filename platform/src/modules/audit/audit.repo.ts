import { setImmediate } from 'node:timers/promises'
import type { Database } from '../../database/database.ts'
import type { AuditEntryRow } from '../../database/audit-tables.ts'
import type { Good, Lookup } from './diagnose.ts'
import { beginning, link, type ChainedEntry, type Tail, type Unchained } from './chain.ts'

export const toEntry = (row: AuditEntryRow): ChainedEntry => ({
  day: row.day,
  number: row.number,
  at: row.at,
  actor: row.actor,
  action: row.action,
  target: row.target,
  compoundId: row.compound_id,
  address: row.address,
  reason: row.reason,
  outcome: row.outcome,
  details: row.details,
  previous: row.previous,
  hash: row.hash,
})

export const toRow = ({ compoundId, ...entry }: ChainedEntry): AuditEntryRow => ({ ...entry, compound_id: compoundId })

/** The newest entry. */
export async function tailOf(db: Database): Promise<Tail> {
  const row = await db
    .selectFrom('audit_entries')
    .select(['number', 'day', 'hash'])
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? beginning
}

/** Adds entries to the end of the chain in one transaction, whoever else writes at this moment. */
export const appendEntries = (db: Database, entries: readonly Unchained[]): Promise<void> =>
  db.transaction().execute(async (tx) => {
    // A write comes first: it holds off every other writer, of this process or another, on both databases.
    await tx
      .updateTable('audit_turn')
      .set((eb) => ({ turn: eb('turn', '+', 1) }))
      .where('id', '=', 1)
      .execute()
    const chained = link(await tailOf(tx), entries)
    if (chained.length > 0) await tx.insertInto('audit_entries').values(chained.map(toRow)).execute()
  })

/** Entries `from`..`to` by number, in order; never more than a page in memory. */
export async function* pagesOf(db: Database, from: number, to: number): AsyncGenerator<ChainedEntry[]> {
  const pageRows = 1000
  let after = from - 1
  while (after < to) {
    const rows = await db
      .selectFrom('audit_entries')
      .selectAll()
      .where('number', '>', after)
      .where('number', '<=', to)
      .orderBy('number')
      .limit(pageRows)
      .execute()
    const last = rows.at(-1)
    if (!last) return
    yield rows.map(toEntry)
    after = last.number
    // SQLite answers at once: without a pause nobody else would get a turn until the last page.
    await setImmediate()
  }
}

/** The neighbours of an entry, wherever they are; without an index, because only a broken chain needs them. */
export const lookupIn = (db: Database): Lookup => {
  const where = async (column: 'previous' | 'hash', value: string) =>
    (await db.selectFrom('audit_entries').selectAll().where(column, '=', value).limit(10).execute()).map(toEntry)
  return {
    byPrevious: (hash) => where('previous', hash),
    byHash: (hash) => where('hash', hash),
    isLast: async (number) => (await tailOf(db)).number === number,
  }
}

/** The number of the first entry of a day or of the next one that has any. */
export async function firstOfDay(db: Database, day: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('audit_entries')
    .select('number')
    .where('day', '>=', day)
    .orderBy('day')
    .orderBy('number')
    .limit(1)
    .executeTakeFirst()
  return row?.number
}

/** The entry before a number, from which a range goes on. */
export async function before(db: Database, number: number): Promise<Good> {
  const row = await db
    .selectFrom('audit_entries')
    .selectAll()
    .where('number', '<', number)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? { number: row.number, day: row.day, hash: row.hash, entry: toEntry(row) } : beginning
}
