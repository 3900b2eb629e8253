import Database from 'better-sqlite3'
import type { Connection } from './database.ts'

export interface Salvaged {
  /** Rows that could be read, by table. */
  readonly rows: Readonly<Record<string, number>>
  /** Whether something may be missing. */
  readonly isIncomplete: boolean
  /** The highest outbox number that was given, as far as the damaged file still tells. */
  readonly lastSeq: number
}

type Row = Readonly<Record<string, unknown>>

/** Searching a damaged stretch ends after so many questions: each may have to read around the damage. */
const maxProbes = 4000

/**
 * Reads what can be read of a damaged database, row by row and around the damage, into a sound one. Rows of a table
 * without rowid are read from both of its ends, and from both ends of each area.
 */
export function salvage(damagedFile: string, target: Connection): Salvaged {
  const rows: Record<string, number> = {}
  let isIncomplete = false
  let source: Connection
  try {
    source = new Database(damagedFile, { fileMustExist: true })
    source.pragma('journal_mode') // finds out whether it is a database at all
  } catch {
    return { rows, isIncomplete: true, lastSeq: 0 }
  }
  try {
    const copy = createCopy(source, target)
    for (const table of ['outbox', 'causes'] as const) {
      const read = readByNumber(source, table, copy(table))
      rows[table] = read.count
      isIncomplete ||= read.isIncomplete
    }
    const state = readState(source, copy('state'))
    rows['state'] = state.count
    for (const table of ['facts', 'damaged']) attempt(() => readAll(source, table, copy(table)))
    const lastSeq = Math.max(lastSeqOf(source), lastSeqOf(target))
    return { rows, isIncomplete: isIncomplete || state.isIncomplete, lastSeq }
  } finally {
    attempt(() => source.close())
  }
}

/** Answers whether it went well. What is damaged has no more to say than that. */
function attempt(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

const columnsOf = (db: Connection, table: string) =>
  (db.pragma(`table_info(${table})`) as readonly { readonly name: string }[]).map(({ name }) => name)

const createCopy = (source: Connection, target: Connection) => (table: string) => {
  const known = new Set(columnsOf(target, table))
  let columns: string[] = []
  attempt(() => (columns = columnsOf(source, table).filter((name) => known.has(name))))
  if (columns.length === 0) return () => undefined
  const insert = target.prepare(
    `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
  )
  const all = target.transaction((batch: readonly Row[]) => {
    // A row that no longer keeps the rules of its table is no row.
    for (const row of batch) attempt(() => insert.run(Object.fromEntries(columns.map((name) => [name, row[name]]))))
  })
  return (batch: readonly Row[]) => {
    all(batch)
  }
}

interface Read {
  readonly count: number
  readonly isIncomplete: boolean
}

/** Reads rows in one direction until the end or the damage. Answers the last row and whether it was the end. */
function readUntilDamage(rows: Iterable<Row>, take: (batch: readonly Row[]) => void) {
  let batch: Row[] = []
  let count = 0
  let last: Row | undefined
  const reachedEnd = attempt(() => {
    for (const row of rows) {
      batch.push(row)
      last = row
      count += 1
      if (batch.length < 1000) continue
      take(batch)
      batch = []
    }
  })
  take(batch)
  return { count, last, reachedEnd }
}

/** A table with numbered rows: around each damaged stretch, by asking for numbers in the middle of what is unread. */
function readByNumber(source: Connection, table: 'outbox' | 'causes', take: (batch: readonly Row[]) => void): Read {
  const key = table === 'outbox' ? 'seq' : 'id'
  const select = (order: 'ASC' | 'DESC') =>
    source.prepare<[number, number], Row>(
      `SELECT * FROM ${table} NOT INDEXED WHERE ${key} > ? AND ${key} < ? ORDER BY ${key} ${order}`,
    )
  const read = { count: 0, isIncomplete: false }
  let probes = 0
  const isReadable = attempt(() => {
    const ascending = select('ASC')
    const descending = select('DESC')
    const stretches: [number, number][] = [[-1, Number.MAX_SAFE_INTEGER]]
    for (let stretch = stretches.pop(); stretch !== undefined && probes < maxProbes; stretch = stretches.pop()) {
      const [after, before] = stretch
      probes += 1
      const up = readUntilDamage(ascending.iterate(after, before), take)
      read.count += up.count
      if (up.reachedEnd) continue
      read.isIncomplete = true
      const low = up.last === undefined ? after : Number(up.last[key])
      const down = readUntilDamage(descending.iterate(low, before), take)
      read.count += down.count
      const high = down.last === undefined ? before : Number(down.last[key])
      if (down.reachedEnd || high - low <= 2) continue
      const middle = low + Math.floor((high - low) / 2)
      stretches.push([low, middle + 1], [middle, high])
    }
  })
  return { ...read, isIncomplete: read.isIncomplete || !isReadable || probes >= maxProbes }
}

function readAll(source: Connection, table: string, take: (batch: readonly Row[]) => void) {
  readUntilDamage(source.prepare<[], Row>(`SELECT * FROM ${table}`).iterate(), take)
}

/** State has no numbers to ask for: from both ends, then each area that was seen from both of its ends. */
function readState(source: Connection, take: (batch: readonly Row[]) => void): Read {
  const found = new Set<string>()
  const areas = new Set<string>()
  const note = (batch: readonly Row[]) => {
    for (const { area, key } of batch) {
      areas.add(String(area))
      found.add(`${String(area)}\n${String(key)}`)
    }
    take(batch)
  }
  const inDirection = (order: 'ASC' | 'DESC') =>
    readUntilDamage(source.prepare<[], Row>(`SELECT * FROM state ORDER BY area ${order}, key ${order}`).iterate(), note)
  const ofArea = (area: string, order: 'ASC' | 'DESC') =>
    readUntilDamage(
      source.prepare<[string], Row>(`SELECT * FROM state WHERE area = ? ORDER BY key ${order}`).iterate(area),
      note,
    )
  const isComplete = attempt(() => {
    if (inDirection('ASC').reachedEnd) return
    inDirection('DESC')
    for (const area of [...areas]) if (!ofArea(area, 'ASC').reachedEnd) ofArea(area, 'DESC')
    throw new Error('around the damage')
  })
  return { count: found.size, isIncomplete: !isComplete }
}

function lastSeqOf(db: Connection): number {
  let last = 0
  attempt(() => {
    const sequence = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").pluck().get()
    if (Number.isSafeInteger(sequence)) last = sequence ?? 0
  })
  return last
}
