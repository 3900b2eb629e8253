import Database from 'better-sqlite3'
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { storeUnavailable } from '../../errors.ts'
import type { StoreRepair } from './requests.ts'
import { branchIdentity, ensureIdentity, lastSeqOf, renewIdentity } from './identity.ts'
import { inspectWal } from './wal-check.ts'
import { salvage } from './salvage.ts'

export type Connection = Database.Database

const schema = `
  CREATE TABLE IF NOT EXISTS state (
    area TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (area, key)
  ) WITHOUT ROWID;
  -- added: when it was written, by our clock
  CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, at INTEGER NOT NULL,
    device TEXT, late INTEGER NOT NULL, body TEXT NOT NULL, added INTEGER
  );
  CREATE TABLE IF NOT EXISTS causes (id INTEGER PRIMARY KEY, cause TEXT NOT NULL UNIQUE, at INTEGER NOT NULL);
  -- what the last group of requests was answered: a thread that dies between commit and answer is asked again
  CREATE TABLE IF NOT EXISTS last_group (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, answers TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
  -- what could not be read any more, as it was found
  CREATE TABLE IF NOT EXISTS damaged (id INTEGER PRIMARY KEY, source TEXT NOT NULL, content TEXT, at INTEGER NOT NULL);
`
const schemaVersion = 2
/** A gateway that is being restarted may still hold the lock. */
const lockTimeoutMs = 5000

export interface OpenedDatabase {
  readonly db: Connection
  readonly repair: StoreRepair | undefined
}

/**
 * Opens the database. A damaged one is put aside, never overwritten, and its place is taken by a new one that holds
 * what could be read of it. Its outbox has a new identity, so that the platform takes no new record for an old one.
 */
export function openDatabase(path: string, now: number): OpenedDatabase {
  try {
    return openWhole(path, now)
  } catch (error) {
    if (!isDamage(error)) throw error
    return replaceDamaged(path, now)
  }
}

/**
 * Whoever restores a backup leaves a note: the gateway may have given numbers since that were lost with it, so its
 * next ones must not be taken for them.
 */
function adoptRestored(db: Connection, path: string) {
  const note = `${path}.restored`
  if (!existsSync(note)) return
  const lastSeq = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").pluck().get() ?? 0
  db.transaction(() => {
    renewIdentity(db, path, lastSeq)
    // The platform may have set something else since; what it wants is fetched anew.
    db.prepare("DELETE FROM state WHERE area = 'desired'").run()
  })()
  rmSync(note)
}

/**
 * What cannot be read of the log is as if it had never been. The numbers in it were perhaps told, and will be given
 * again: from now on they belong to another outbox.
 */
function openWhole(path: string, now: number): OpenedDatabase {
  const wal = `${path}-wal`
  const state = inspectWal(wal)
  const file = `${wal}.damaged-${now}`
  if (state === 'damaged') copyFileSync(wal, file)
  const db = openChecked(path)
  if (state === 'sound') ensureIdentity(db, path)
  else branchIdentity(db, path, lastSeqOf(db))
  adoptRestored(db, path)
  return { db, repair: state === 'damaged' ? { isLog: true, file, rows: {}, isIncomplete: true } : undefined }
}

function replaceDamaged(path: string, now: number): OpenedDatabase {
  const damagedFile = `${path}.damaged-${now}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, damagedFile + suffix)
  }
  const db = openChecked(path)
  const { lastSeq, ...saved } = salvage(damagedFile, db)
  db.transaction(() => {
    renewIdentity(db, path, lastSeq)
    // What was wanted of us is asked for anew: some of it may be gone.
    if (saved.isIncomplete) db.prepare("DELETE FROM state WHERE area = 'desired'").run()
  })()
  return { db, repair: { file: damagedFile, ...saved } }
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
    migrate(db, version)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function migrate(db: Connection, version: number) {
  db.transaction(() => {
    if (version === 1) db.exec('ALTER TABLE outbox ADD COLUMN added INTEGER')
    db.exec(schema)
    db.pragma(`user_version = ${schemaVersion}`)
  })()
}

class DamagedDatabase extends Error {}

/** Our own statements are right: when one makes no sense to the file, the file makes none. */
const isDamage = (error: unknown) =>
  error instanceof DamagedDatabase ||
  (error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB|ERROR$)/.test(error.code))

export const isFull = (error: unknown) => error instanceof Database.SqliteError && error.code === 'SQLITE_FULL'

/** After these the connection is of no more use; a new one may be, or finds out what is damaged. */
export const isFatal = (error: unknown) =>
  error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB|IOERR|CANTOPEN)/.test(error.code)
