import Sqlite, { type Database } from 'better-sqlite3'
import type { Manifest } from './manifest.ts'

type Counts = Readonly<Record<string, number>>
type PlatformFacts = Omit<NonNullable<Manifest['platform']>, 'missingPictures'>

const lockTimeoutMs = 30_000

function withDatabase<T>(path: string, use: (db: Database) => T): T {
  const db = new Sqlite(path, { fileMustExist: true, timeout: lockTimeoutMs })
  try {
    return use(db)
  } finally {
    db.close()
  }
}

/** A copy as of one moment, while others read and write. */
export function copySqlite(from: string, to: string): void {
  withDatabase(from, (db) => db.prepare('VACUUM INTO ?').run(to))
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

function countRows(db: Database): Counts {
  const tables = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'kysely_%'",
    )
    .pluck()
    .all()
  const count = (table: string) =>
    db
      .prepare<[], number>(`SELECT count(*) FROM ${quoted(table)}`)
      .pluck()
      .get() ?? 0
  return Object.fromEntries(tables.sort().map((table) => [table, count(table)]))
}

/** What the manifest says of the platform's database, and the pictures that it names. */
export const lookIntoPlatform = (path: string): { facts: PlatformFacts; pictures: readonly string[] } =>
  withDatabase(path, (db) => ({
    facts: {
      database: 'sqlite',
      migration:
        db.prepare<[], string>('SELECT name FROM kysely_migration ORDER BY name DESC LIMIT 1').pluck().get() ?? '',
      counts: countRows(db),
      gateways: db
        .prepare<[], PlatformFacts['gateways'][number]>(
          'SELECT id, epoch, last_seq AS lastSeq, backlog FROM gateways ORDER BY id',
        )
        .all(),
    },
    pictures: db.prepare<[], string>('SELECT DISTINCT sha256 FROM media').pluck().all(),
  }))

export const lookIntoGateway = (path: string): NonNullable<Manifest['gateway']> =>
  withDatabase(path, (db) => ({
    counts: countRows(db),
    lastSeq: db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").pluck().get() ?? 0,
  }))

/** Whether a server has the database open: in WAL mode its connection keeps others from owning the file. */
export function isSqliteInUse(path: string): boolean {
  try {
    const db = new Sqlite(path, { fileMustExist: true, timeout: 0 })
    try {
      db.pragma('locking_mode = EXCLUSIVE')
      db.exec('BEGIN EXCLUSIVE; COMMIT')
      return false
    } finally {
      db.close()
    }
  } catch (error) {
    return error instanceof Sqlite.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code)
  }
}

/**
 * What must change before a restored platform is used: nobody is signed in who has signed out since, and what
 * gateways are to know gets numbers that were never given, so that each fetches it anew.
 */
export const afterRestore: readonly string[] = [
  'DELETE FROM sessions',
  'UPDATE desired_revisions SET revision = revision + 1000000',
  'UPDATE gateways SET online = 0',
]

export const prepareRestored = (path: string) =>
  withDatabase(path, (db) => db.transaction(() => afterRestore.forEach((statement) => db.exec(statement)))())
