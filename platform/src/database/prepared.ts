import type Sqlite from 'better-sqlite3'
import type { SqliteDatabase } from 'kysely'

const mostKept = 256
/** Statements over many rows are long, large when prepared, and seldom the same again. */
const longestKept = 4096

/** A database that prepares what is asked again and again once: for short statements that is most of the work. */
export function preparingOnce(database: Sqlite.Database): SqliteDatabase {
  /** The one used last at the end. */
  const kept = new Map<string, Sqlite.Statement>()

  function keep(sql: string, statement: Sqlite.Statement): void {
    kept.delete(sql)
    kept.set(sql, statement)
    const [oldest] = kept.keys()
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
  }

  return {
    prepare(sql) {
      const known = kept.get(sql)
      // One that is being read row by row cannot be begun again.
      const statement = known && !known.busy ? known : database.prepare(sql)
      if (sql.length <= longestKept) keep(sql, statement)
      return statement
    },
    close: () => void database.close(),
  }
}
