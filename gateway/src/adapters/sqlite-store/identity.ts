import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Connection } from './database.ts'

/** An outbox whose history this one shares, up to and including `lastSeq`. */
export interface EarlierOutbox {
  readonly outboxId: string
  readonly lastSeq: number
  /** Up to here its records were taken over when the identity changed, whatever the platform had under their numbers. */
  readonly keptSeq?: number
}

/** More changes of identity before the platform hears of one are not remembered. */
const maxEarlier = 10

/** Beside the database, and so not damaged with it. */
const idPath = (databasePath: string) => `${databasePath}.id`

const fact = (db: Connection, name: string) =>
  db.prepare<[string]>('SELECT value FROM facts WHERE name = ?').pluck().get(name)

const setFact = (db: Connection, name: string, value: string | number) =>
  db.prepare<[string, string | number]>('INSERT OR REPLACE INTO facts VALUES (?, ?)').run(name, value)

const isId = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f-]{36}$/.test(value)

export const outboxIdOf = (db: Connection): string => String(fact(db, 'outbox-id'))

export function earlierOutboxes(db: Connection): EarlierOutbox[] {
  try {
    const text = fact(db, 'earlier-outboxes')
    const list: unknown = typeof text === 'string' ? JSON.parse(text) : []
    return Array.isArray(list) ? (list as EarlierOutbox[]) : []
  } catch {
    return [] // damaged, and worth no more than that
  }
}

interface Identity {
  readonly outboxId: string
  readonly earlier: readonly EarlierOutbox[]
}

function identityIn(db: Connection): Identity | undefined {
  const outboxId = fact(db, 'outbox-id')
  return isId(outboxId) ? { outboxId, earlier: earlierOutboxes(db) } : undefined
}

function remembered(path: string): Identity | undefined {
  try {
    const { outboxId, earlier } = JSON.parse(readFileSync(idPath(path), 'utf8')) as Partial<Identity>
    return isId(outboxId) && Array.isArray(earlier) ? { outboxId, earlier } : undefined
  } catch {
    return undefined // not there, or damaged: the database alone knows
  }
}

function assign(db: Connection, path: string, { outboxId, earlier }: Identity) {
  const identity = { outboxId, earlier: earlier.slice(0, maxEarlier) }
  setFact(db, 'outbox-id', outboxId)
  setFact(db, 'earlier-outboxes', JSON.stringify(identity.earlier))
  writeFileSync(idPath(path), `${JSON.stringify(identity)}\n`, { mode: 0o600, flush: true })
}

export const lastSeqOf = (db: Connection) =>
  Number(db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").pluck().get() ?? 0)

/** A new identity that shares with the one before what that one has up to `lastSeq`, and goes on from `keptSeq`. */
const branchOf = ({ outboxId, earlier }: Identity, lastSeq: number, keptSeq: number): Identity => ({
  outboxId: randomUUID(),
  earlier: [
    { outboxId, lastSeq, keptSeq },
    ...earlier.map((one) => ({
      ...one,
      lastSeq: Math.min(one.lastSeq, lastSeq),
      keptSeq: Math.min(one.keptSeq ?? one.lastSeq, keptSeq),
    })),
  ],
})

/**
 * The database is older than what stands beside it: it has fallen back behind its last change of identity. Its own
 * records are those that the later identity took over; its own numbers meant something else at the platform before.
 */
function fallenBack(own: Identity, later: Identity, lastSeq: number): Identity {
  const before = later.earlier.find(({ outboxId }) => outboxId === own.outboxId)
  const told = Math.min(before?.lastSeq ?? 0, lastSeq)
  const taken = Math.min(before?.keptSeq ?? told, lastSeq)
  const { outboxId, earlier } = branchOf(own, told, lastSeq)
  return { outboxId, earlier: [{ outboxId: later.outboxId, lastSeq: taken, keptSeq: taken }, ...earlier] }
}

/** Whether the database knows nothing of the last change of identity, which stands beside it. */
const isBehind = (own: Identity, beside: Identity) =>
  beside.outboxId !== own.outboxId && !own.earlier.some(({ outboxId }) => outboxId === beside.outboxId)

/** By the identity of its outbox the platform tells a gateway that goes on from one that counts anew. */
export function ensureIdentity(db: Connection, path: string) {
  const [own, beside] = [identityIn(db), remembered(path)]
  if (!own) assign(db, path, { outboxId: randomUUID(), earlier: [] })
  else if (beside && isBehind(own, beside)) assign(db, path, fallenBack(own, beside, lastSeqOf(db)))
  else if (beside?.outboxId !== own.outboxId) assign(db, path, own)
}

/** From now on numbers above `lastSeq` mean other records than before: an older state was restored. */
export function branchIdentity(db: Connection, path: string, lastSeq: number) {
  const [own, beside] = [identityIn(db), remembered(path)]
  const before = own ?? beside
  if (own && beside && isBehind(own, beside)) assign(db, path, fallenBack(own, beside, lastSeq))
  else if (before) assign(db, path, branchOf(before, lastSeq, Math.max(lastSeq, lastSeqOf(db))))
  else assign(db, path, { outboxId: randomUUID(), earlier: [] })
}

/** The same after damage, with nothing above `lastSeq`: numbers go on behind it. */
export function renewIdentity(db: Connection, path: string, lastSeq: number) {
  branchIdentity(db, path, lastSeq)
  db.prepare("DELETE FROM sqlite_sequence WHERE name = 'outbox'").run()
  db.prepare<[number]>("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)").run(lastSeq)
}
