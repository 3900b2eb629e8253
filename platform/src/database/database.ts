import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { Kysely, PostgresDialect, sql, SqliteDialect, type Dialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { Pool, types, type CustomTypesConfig } from 'pg'
import { noDatabase } from '../errors.ts'
import { foundation } from './migrations/0001-foundation.ts'
import { audit } from './migrations/0002-audit.ts'
import { people } from './migrations/0003-people.ts'
import { machines } from './migrations/0004-machines.ts'
import { deviceCertificates } from './migrations/0005-device-certificates.ts'
import { outbox } from './migrations/0006-outbox.ts'
import { continuity } from './migrations/0006-continuity.ts'
import { parking } from './migrations/0007-parking.ts'
import { payments } from './migrations/0008-payments.ts'
import { renewals } from './migrations/0009-renewals.ts'
import { passagesOnce } from './migrations/0010-passages-once.ts'
import { preparingOnce } from './prepared.ts'
import { askAgainSql, rescueIfDamaged, type Rescue } from './rescue.ts'
import type { Tables } from './tables.ts'

/** The database itself or a transaction in it: what a repo works on. */
export type Database = Kysely<Tables>

const migrations = {
  '0001-foundation': foundation,
  '0002-audit': audit,
  '0003-people': people,
  '0004-machines': machines,
  '0005-device-certificates': deviceCertificates,
  '0006-outbox': outbox,
  '0006-continuity': continuity,
  '0007-parking': parking,
  '0008-payments': payments,
  '0009-renewals': renewals,
  '0010-passages-once': passagesOnce,
}

/** In the order in which they are applied. */
export const migrationNames: readonly string[] = Object.keys(migrations).sort()

/** Times and counts fit into a double; as text they would silently join instead of add. */
const numbersAsNumbers: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === types.builtins.INT8 ? Number : (types.getTypeParser(oid, format) as unknown),
}

const databaseFile = 'platform.sqlite'

function sqlite(folder: string): Dialect {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const database = new Sqlite(join(folder, databaseFile))
  database.pragma('journal_mode = WAL')
  // FULL: an acknowledged record survives a power cut, not only a crash of the process.
  database.pragma('synchronous = FULL')
  database.pragma('busy_timeout = 5000')
  return new SqliteDialect({ database: preparingOnce(database) })
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
  /** Called when a damaged SQLite was put aside and replaced by what could be read of it. */
  readonly onRescue?: (rescue: Rescue) => void
}

/** Opens the database and brings its schema up to date. */
export async function openDatabase({ url, folder, onIdleError, onRescue }: DatabaseOptions): Promise<Database> {
  const rescue = url === undefined ? rescueIfDamaged(join(folder, databaseFile), Date.now()) : undefined
  const db = new Kysely<Tables>({ dialect: url === undefined ? sqlite(folder) : postgres(url, onIdleError) })
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined && rescue) {
    onRescue?.(rescue)
    // Gateways keep what they have told for some days, and tell it again.
    if (rescue.isIncomplete) await sql.raw(askAgainSql).execute(db)
  }
  if (error === undefined) return db
  await db.destroy()
  throw error instanceof Error ? error : new Error('The database schema could not be brought up to date')
}

/** For tools beside a platform, also a running one: takes the database as it is. */
export function openExisting({ url, folder, onIdleError }: DatabaseOptions): Database {
  if (url === undefined && !existsSync(join(folder, databaseFile))) throw noDatabase(folder)
  return new Kysely<Tables>({ dialect: url === undefined ? sqlite(folder) : postgres(url, onIdleError) })
}
