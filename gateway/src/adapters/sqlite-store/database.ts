import Database from 'better-sqlite3'
import { existsSync, renameSync } from 'node:fs'
import { storeUnavailable } from '../../errors.ts'

export type Connection = Database.Database

const schema = `
  CREATE TABLE IF NOT EXISTS state (
    area TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (area, key)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, at INTEGER NOT NULL,
    device TEXT, late INTEGER NOT NULL, body TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS causes (id INTEGER PRIMARY KEY, cause TEXT NOT NULL UNIQUE, at INTEGER NOT NULL);
`
const schemaVersion = 1
/** A gateway that is being restarted may still hold the lock. */
const lockTimeoutMs = 5000

/**
 * Opens the database. A damaged one is put aside, never overwritten, and its place is taken by an empty one
 * whose outbox numbers continue above every number that the damaged one can have given.
 */
export function openDatabase(path: string, now: number): { db: Connection; damagedFile: string | undefined } {
  try {
    return { db: openChecked(path), damagedFile: undefined }
  } catch (error) {
    if (!isDamage(error)) throw error
  }
  const damagedFile = `${path}.damaged-${now}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, damagedFile + suffix)
  }
  const db = openChecked(path)
  // The centre takes a number that it has seen for a repetition. No gateway writes an event every millisecond for years.
  db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)").run(now)
  return { db, damagedFile }
}

function openChecked(path: string): Connection {
  const db = new Database(path, { timeout: lockTimeoutMs })
  try {
    // Two gateways on one database would give the same outbox number twice.
    db.pragma('locking_mode = EXCLUSIVE')
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('journal_size_limit = 67108864')
    const problem: unknown = db.pragma('quick_check(1)', { simple: true })
    if (problem !== 'ok') throw new DamagedDatabase(String(problem))
    const version = db.pragma('user_version', { simple: true }) as number
    if (version > schemaVersion) {
      throw storeUnavailable(`it was written by a newer version, schema ${version}, this one knows ${schemaVersion}`)
    }
    db.exec(schema)
    db.pragma(`user_version = ${schemaVersion}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

class DamagedDatabase extends Error {}

const isDamage = (error: unknown) =>
  error instanceof DamagedDatabase ||
  (error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code))
