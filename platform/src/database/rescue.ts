import { existsSync, renameSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'

export interface Rescue {
  /** Where the damaged file was put. */
  readonly file: string
  /** Rows that could be read, by table. */
  readonly rows: Readonly<Record<string, number>>
  /** Whether something may be missing. */
  readonly isIncomplete: boolean
}

type Row = Readonly<Record<string, unknown>>

const rowsPerStep = 500
/** Searching a damaged stretch ends after so many questions. */
const maxProbes = 4000

class DamagedFile extends Error {}

export const isDamage = (error: unknown) =>
  error instanceof DamagedFile || (error instanceof Sqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code))

/** Answers whether it went well. What is damaged has no more to say than that. */
function attempt(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

function isSound(path: string): boolean {
  try {
    const db = new Sqlite(path)
    try {
      const problem: unknown = db.pragma('quick_check(1)', { simple: true })
      if (problem !== 'ok') throw new DamagedFile(String(problem))
      return true
    } finally {
      db.close()
    }
  } catch (error) {
    if (isDamage(error)) return false
    throw error
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** Reads in one direction until the end or the damage. */
function readUntilDamage(rows: Iterable<Row>, take: (batch: readonly Row[]) => void) {
  let batch: Row[] = []
  let last: Row | undefined
  const reachedEnd = attempt(() => {
    for (const row of rows) {
      batch.push(row)
      last = row
      if (batch.length < rowsPerStep) continue
      take(batch)
      batch = []
    }
  })
  take(batch)
  return { last, reachedEnd }
}

/** Around each damaged stretch, by asking for row numbers in the middle of what is unread. */
function readByNumber(source: Database, table: string, take: (batch: readonly Row[]) => void): boolean {
  const select = (order: 'ASC' | 'DESC') =>
    source.prepare<[number, number], Row>(
      `SELECT rowid AS rescue_number, * FROM ${quoted(table)} NOT INDEXED
       WHERE rowid > ? AND rowid < ? ORDER BY rowid ${order}`,
    )
  const [ascending, descending] = [select('ASC'), select('DESC')]
  const stretches: [number, number][] = [[-1, Number.MAX_SAFE_INTEGER]]
  let isWhole = true
  for (let probes = 0; probes < maxProbes; probes += 1) {
    const stretch = stretches.pop()
    if (!stretch) return isWhole
    const [after, before] = stretch
    const up = readUntilDamage(ascending.iterate(after, before), take)
    if (up.reachedEnd) continue
    isWhole = false
    const low = Number(up.last?.['rescue_number'] ?? after)
    const down = readUntilDamage(descending.iterate(low, before), take)
    const high = Number(down.last?.['rescue_number'] ?? before)
    if (down.reachedEnd || high - low <= 2) continue
    const middle = low + Math.floor((high - low) / 2)
    stretches.push([low, middle + 1], [middle, high])
  }
  return false
}

/** A table without row numbers: from both of its ends. */
function readFromEnds(source: Database, table: string, take: (batch: readonly Row[]) => void): boolean {
  const keys = (source.pragma(`table_info(${quoted(table)})`) as { name: string; pk: number }[])
    .filter(({ pk }) => pk > 0)
    .sort((one, other) => one.pk - other.pk)
  const ordered = (order: 'ASC' | 'DESC') =>
    source
      .prepare<[], Row>(
        `SELECT * FROM ${quoted(table)} ORDER BY ${keys.map(({ name }) => `${quoted(name)} ${order}`).join(', ')}`,
      )
      .iterate()
  if (readUntilDamage(ordered('ASC'), take).reachedEnd) return true
  readUntilDamage(ordered('DESC'), take)
  return false
}

function copyTable(source: Database, target: Database, { name, sql }: SchemaRow): boolean {
  const columns = (target.pragma(`table_info(${quoted(name)})`) as { name: string }[]).map((column) => column.name)
  const insert = target.prepare(
    `INSERT OR IGNORE INTO ${quoted(name)} (${columns.map(quoted).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  )
  const take = target.transaction((batch: readonly Row[]) => {
    // A row that no longer keeps the rules of its table is no row.
    for (const row of batch) attempt(() => insert.run(columns.map((column) => row[column])))
  })
  const read = /WITHOUT\s+ROWID/i.test(sql) ? readFromEnds : readByNumber
  let isWhole = false
  return attempt(() => (isWhole = read(source, name, take))) && isWhole
}

interface SchemaRow {
  readonly type: string
  readonly name: string
  readonly sql: string
}

/** Tables first, then what hangs on them: indexes are made of the rows that are there. */
function copyAll(source: Database, target: Database) {
  const rows: Record<string, number> = {}
  let isIncomplete = false
  const schema = source
    .prepare<[], SchemaRow>(
      "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'",
    )
    .all()
  const tables = schema.filter(({ type }) => type === 'table')
  for (const { sql } of tables) target.exec(sql)
  for (const table of tables) {
    if (!copyTable(source, target, table)) isIncomplete = true
    rows[table.name] = Number(
      target
        .prepare(`SELECT count(*) FROM ${quoted(table.name)}`)
        .pluck()
        .get(),
    )
  }
  for (const { type, sql } of schema) {
    if (type !== 'table' && !attempt(() => target.exec(sql))) isIncomplete = true
  }
  return { rows, isIncomplete }
}

/**
 * Looks whether a database is sound. A damaged one is put aside, never deleted, and replaced by one with everything
 * that can be read of it, row by row and around the damage.
 */
export function rescueIfDamaged(path: string, now: number): Rescue | undefined {
  if (!existsSync(path) || isSound(path)) return undefined
  const file = `${path}.damaged-${now}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, file + suffix)
  }
  const target = new Sqlite(path)
  try {
    target.pragma('foreign_keys = OFF')
    const source = new Sqlite(file, { fileMustExist: true })
    try {
      return { file, ...copyAll(source, target) }
    } finally {
      source.close()
    }
  } catch (error) {
    if (!isDamage(error)) throw error
    return { file, rows: {}, isIncomplete: true } // not even its list of tables can be read
  } finally {
    target.close()
  }
}

/**
 * What a gateway has told and is not there any more is asked for again: it keeps its events for some days.
 * What is there is not stored a second time.
 */
export const askAgainSql = `
  UPDATE gateways SET last_seq = coalesce((
    SELECT min(event.seq) FROM (
      SELECT gateways.epoch_start AS seq
      UNION ALL SELECT seq FROM area_events
      WHERE gateway_id = gateways.id AND epoch = gateways.epoch AND seq > gateways.epoch_start
    ) AS event
    WHERE NOT EXISTS (
      SELECT 1 FROM area_events AS next
      WHERE next.gateway_id = gateways.id AND next.epoch = gateways.epoch AND next.seq = event.seq + 1
    )
  ), epoch_start)`
