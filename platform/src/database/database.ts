import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { Kysely, PostgresDialect, SqliteDialect, type Dialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { Pool, types, type CustomTypesConfig } from 'pg'
import { foundation } from './migrations/0001-foundation.ts'
import type { Tables } from './tables.ts'

/** The database itself or a transaction in it: what a repo works on. */
export type Database = Kysely<Tables>

const migrations = { '0001-foundation': foundation }

/** Times and counts fit into a double; as text they would silently join instead of add. */
const numbersAsNumbers: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === types.builtins.INT8 ? Number : (types.getTypeParser(oid, format) as unknown),
}

function sqlite(folder: string): Dialect {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const database = new Sqlite(join(folder, 'platform.sqlite'))
  database.pragma('journal_mode = WAL')
  // FULL: an acknowledged record survives a power cut, not only a crash of the process.
  database.pragma('synchronous = FULL')
  database.pragma('busy_timeout = 5000')
  return new SqliteDialect({ database })
}

function postgres(url: string, onIdleError: (error: Error) => void): Dialect {
  const pool = new Pool({ connectionString: url, max: 10, types: numbersAsNumbers })
  // Without a listener the loss of an idle connection ends the process; the pool replaces it by itself.
  pool.on('error', onIdleError)
  return new PostgresDialect({ pool })
}

export interface DatabaseOptions {
  /** PostgreSQL; without it SQLite in `folder`. */
  readonly url?: string | undefined
  readonly folder: string
  readonly onIdleError: (error: Error) => void
}

/** Opens the database and brings its schema up to date. */
export async function openDatabase({ url, folder, onIdleError }: DatabaseOptions): Promise<Database> {
  const db = new Kysely<Tables>({ dialect: url === undefined ? sqlite(folder) : postgres(url, onIdleError) })
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return db
  await db.destroy()
  throw error instanceof Error ? error : new Error('The database schema could not be brought up to date')
}
