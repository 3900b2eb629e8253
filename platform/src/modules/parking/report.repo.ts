import { sql } from 'kysely'
import type { Database } from '../../database/database.ts'

export interface Span {
  readonly compoundId: string
  readonly from: number
  readonly to: number
}

/** A part of a span in which the wall differs from UTC by the same; steps of it are counted from `base`. */
export interface Slices extends Span {
  readonly base: number
  readonly stepMs: number
}

type Moment = 'entered_at' | 'left_at'

/** Which slice a moment falls in. Both databases divide whole numbers without a remainder; the numbers are our own. */
const slice = (column: Moment, { base, stepMs }: Slices) =>
  sql<number>`(${sql.ref(column)} - ${sql.lit(base)}) / ${sql.lit(stepMs)}`

const within = (db: Database, column: Moment, { compoundId, from, to }: Span) =>
  db
    .selectFrom('parking_sessions')
    .where('compound_id', '=', compoundId)
    .where(column, '>=', from)
    .where(column, '<', to)

export async function countBySlice(db: Database, column: Moment, slices: Slices): Promise<Map<number, number>> {
  const rows = await within(db, column, slices)
    .select((eb) => [slice(column, slices).as('slice'), eb.fn.countAll<number>().as('count')])
    .groupBy(slice(column, slices))
    .execute()
  return new Map(rows.map((row) => [row.slice, row.count]))
}

export interface Money {
  readonly exits: number
  readonly feeFen: number
  readonly paidFen: number
  readonly waivedFen: number
  readonly debtFen: number
}

/** Stays that ended in each slice; PostgreSQL answers sums as text. Ghosts ended, but nobody drove out. */
export async function moneyBySlice(db: Database, slices: Slices): Promise<Map<number, Money>> {
  const rows = await within(db, 'left_at', slices)
    .where('state', '=', 'closed')
    .select((eb) => [
      slice('left_at', slices).as('slice'),
      eb.fn.countAll<number>().as('exits'),
      eb.fn.sum<number | string>('fee_fen').as('fee'),
      eb.fn.sum<number | string>('paid_fen').as('paid'),
      eb.fn.sum<number | string>('waived_fen').as('waived'),
      eb.fn.sum<number | string>('debt_fen').as('debt'),
    ])
    .groupBy(slice('left_at', slices))
    .execute()
  return new Map(
    rows.map((row) => [
      row.slice,
      {
        ...{ exits: row.exits, feeFen: Number(row.fee), paidFen: Number(row.paid) },
        ...{ waivedFen: Number(row.waived), debtFen: Number(row.debt) },
      },
    ]),
  )
}

/** Cars inside at one moment. */
export async function insideAt(db: Database, compoundId: string, at: number): Promise<number> {
  const { count } = await db
    .selectFrom('parking_sessions')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('compound_id', '=', compoundId)
    .where('entered_at', '<', at)
    .where((eb) => eb.or([eb('left_at', 'is', null), eb('left_at', '>=', at)]))
    .executeTakeFirstOrThrow()
  return count
}

/** How many stays that ended in the span were shorter than each of these times, and how many there were. */
export async function countDurations(db: Database, span: Span, limitsMs: readonly number[]): Promise<number[]> {
  const step = limitsMs.map(
    (limit, index) => sql`when left_at - entered_at <= ${sql.lit(limit)} then ${sql.lit(index)}`,
  )
  const bucket = sql<number>`case ${sql.join(step, sql` `)} else ${sql.lit(limitsMs.length)} end`
  const rows = await within(db, 'left_at', span)
    .where('state', '=', 'closed')
    .select((eb) => [bucket.as('bucket'), eb.fn.countAll<number>().as('count')])
    .groupBy(bucket)
    .execute()
  const counts = new Map(rows.map((row) => [row.bucket, row.count]))
  return [...limitsMs, Infinity].map((_limit, index) => counts.get(index) ?? 0)
}
