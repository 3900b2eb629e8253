import { sql, type Expression, type SqlBool } from 'kysely'
import type { AuditFilter } from '../../contract/index.ts'
import type { Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import { firstOfDay, tailOf, toEntry } from './audit.repo.ts'
import { dayOf, type ChainedEntry } from './chain.ts'

export interface Span {
  /** Numbers, both included. */
  readonly first: number
  readonly last: number
}

/**
 * The numbers among which the entries of a time are. A clock that was set back leaves earlier times in a later day, so
 * one day more is looked through.
 */
export async function spanOf(db: Database, { from, to }: Pick<AuditFilter, 'from' | 'to'>): Promise<Span> {
  const newest = (await tailOf(db)).number
  const first = from === undefined ? 1 : ((await firstOfDay(db, dayOf(from))) ?? newest + 1)
  const after = to === undefined ? undefined : await firstOfDay(db, dayOf(to + 2 * 86_400_000))
  return { first, last: after === undefined ? newest : after - 1 }
}

const searched = ['actor', 'action', 'target', 'address', 'reason', 'details'] as const

const containing = (text: string): Expression<SqlBool> => {
  const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
  return sql<SqlBool>`(${sql.join(
    searched.map((column) => sql`lower(${sql.ref(column)}) like ${pattern} escape '\\'`),
    sql` or `,
  )})`
}

/** Entries of a span that meet the filter and that this scope may see. */
export async function entriesIn(
  db: Database,
  span: Span,
  by: { readonly filter: AuditFilter; readonly scope: Scope; readonly limit: number; readonly order: 'asc' | 'desc' },
): Promise<ChainedEntry[]> {
  const { filter, scope, limit, order } = by
  const { from, to, text } = filter
  const equal = [
    ...([
      ['actor', filter.actor],
      ['action', filter.action],
      ['target', filter.target],
    ] as const),
    ...([
      ['compound_id', filter.compoundId],
      ['outcome', filter.outcome],
    ] as const),
  ]
  let query = db.selectFrom('audit_entries').selectAll()
  query = query.where('number', '>=', span.first).where('number', '<=', span.last)
  for (const [column, value] of equal) if (value !== undefined) query = query.where(column, '=', value)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<=', to)
  if (text !== undefined) query = query.where(containing(text))
  // What belongs to no compound concerns everybody's area and is seen by whoever has all of it.
  if (scope !== '') query = query.where('compound_id', 'in', compoundsWithin(scope))
  const rows = await query.orderBy('number', order).limit(limit).execute()
  return rows.map(toEntry)
}
