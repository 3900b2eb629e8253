import type { Database } from '../../database/database.ts'

export const findFailures = (db: Database, subjects: readonly string[]) =>
  db.selectFrom('sign_in_failures').selectAll().where('subject', 'in', subjects).execute()

/** The row of a subject, held for this transaction: a write is the one lock that both databases have. */
export const holdFailures = (tx: Database, subject: string, now: number) =>
  tx
    .insertInto('sign_in_failures')
    .values({ subject, failures: 0, last_at: now, locked_until: 0 })
    .onConflict((conflict) => conflict.column('subject').doUpdateSet({ subject }))
    .returningAll()
    .executeTakeFirstOrThrow()

interface Counted {
  readonly failures: number
  readonly lastAt: number
  readonly lockedUntil: number
}

export const saveFailures = (tx: Database, subject: string, { failures, lastAt, lockedUntil }: Counted) =>
  tx
    .updateTable('sign_in_failures')
    .set({ failures, last_at: lastAt, locked_until: lockedUntil })
    .where('subject', '=', subject)
    .execute()

export const deleteFailures = (db: Database, subjects: readonly string[]) =>
  db.deleteFrom('sign_in_failures').where('subject', 'in', subjects).execute()

export const deleteOldFailures = (db: Database, before: number) =>
  db.deleteFrom('sign_in_failures').where('last_at', '<', before).execute()
