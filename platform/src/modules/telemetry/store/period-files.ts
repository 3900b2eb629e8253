import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import type { Tier } from './tiers.ts'

const schemas: Readonly<Record<Tier['name'], string>> = {
  raw: `
    CREATE TABLE IF NOT EXISTS points (series INTEGER, at INTEGER, value REAL NOT NULL, PRIMARY KEY (series, at)) WITHOUT ROWID;
    -- minutes whose roll-up no longer tells the truth
    CREATE TABLE IF NOT EXISTS stale (series INTEGER, at INTEGER, PRIMARY KEY (series, at)) WITHOUT ROWID;`,
  minute: rollUps(),
  hour: rollUps(),
}

function rollUps() {
  return `
    CREATE TABLE IF NOT EXISTS buckets (
      series INTEGER, at INTEGER, count INTEGER NOT NULL, sum REAL NOT NULL, min REAL NOT NULL, max REAL NOT NULL,
      PRIMARY KEY (series, at)
    ) WITHOUT ROWID;`
}

/** Opens a file so that what is committed survives a power cut. */
export function openDurable(path: string, schema: string): Database {
  const database = new Sqlite(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(schema)
  return database
}

/** Open files cost memory and descriptors; a gateway that catches up touches a few days at a time. */
const maxOpen = 16

/** The SQLite files of one tier, one for each period; opened when needed. */
export function createPeriodFiles(folder: string, tier: Tier) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const pattern = new RegExp(`^${tier.name}-([0-9-]+)\\.sqlite$`)
  const periods = new Set(readdirSync(folder).flatMap((name) => pattern.exec(name)?.[1] ?? []))
  const open = new Map<string, Database>()
  const pathOf = (period: string) => join(folder, `${tier.name}-${period}.sqlite`)

  function close(period: string) {
    open.get(period)?.close()
    open.delete(period)
  }

  function database(period: string): Database {
    const found = open.get(period) ?? openDurable(pathOf(period), schemas[tier.name])
    // A map keeps the order of insertion: the first one is the least recently used.
    open.delete(period)
    open.set(period, found)
    periods.add(period)
    const [oldest] = open.keys()
    if (open.size > maxOpen && oldest !== undefined) close(oldest)
    return found
  }

  return {
    database,
    databaseAt: (at: number) => database(tier.periodOf(at)),
    /** Existing periods that touch the range, oldest first. */
    within: (from: number, to: number) =>
      [...periods].sort().filter((period) => {
        const span = tier.spanOf(period)
        return span.from < to && span.to > from
      }),
    /** Deletes the periods that ended before `before`. */
    forget(before: number): string[] {
      const old = [...periods].filter((period) => tier.spanOf(period).to <= before)
      for (const period of old) {
        close(period)
        for (const suffix of ['', '-wal', '-shm']) rmSync(pathOf(period) + suffix, { force: true })
        periods.delete(period)
      }
      return old
    },
    close() {
      for (const period of [...open.keys()]) close(period)
    },
  }
}

export type PeriodFiles = ReturnType<typeof createPeriodFiles>
