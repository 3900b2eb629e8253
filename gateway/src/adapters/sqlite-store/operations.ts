import { isFatal, isFull, type Connection } from './database.ts'
import { createMend } from './mend.ts'
import { createOutboxOperations } from './outbox-operations.ts'
import type {
  EventRow,
  RequestKind,
  RequestOf,
  StateRow,
  StoreAnswers,
  StoreGroup,
  StoreReply,
  StoreRequest,
} from './requests.ts'

export type Handlers = { readonly [K in RequestKind]: (request: RequestOf<K>) => StoreAnswers[K] }

/** How long, and how many, committed causes are remembered: a device repeats an event within minutes. */
const causeLifeMs = 7 * 24 * 3_600_000
const maxCauses = 1_000_000
/** The newest are kept whatever the clock says: one that was set ahead makes everything look old. */
const youngCauses = 20_000
const groupsPerPruning = 64
const prunedAtOnce = 200
/** Reading more in one step would hold up decisions here, and parsing it at the other end. */
const entriesPerPage = 2000

const isWrite = ({ kind }: StoreRequest) =>
  kind === 'commit' || kind === 'forget' || kind === 'acknowledge' || kind === 'branch' || kind === 'mend'

/**
 * Runs requests that came in together as one transaction; one that fails is undone alone. A group that was committed
 * before, by a thread that died before it could answer, is answered from what it left. Throws when the connection is
 * of no more use.
 */
export function createGroupRunner(db: Connection): (group: StoreGroup) => StoreReply[] {
  const handlers: Handlers = {
    commit: createCommit(db),
    entries: createEntries(db),
    mend: createMend(db),
    ...createOutboxOperations(db),
  }
  const prune = createPruning(db)
  const journal = createGroupJournal(db)
  const handle = (request: StoreRequest) => (handlers[request.kind] as (request: StoreRequest) => unknown)(request)
  const step = db.transaction(handle)

  const attempt = (request: StoreRequest, run: (request: StoreRequest) => unknown): StoreReply => {
    try {
      return { ok: true, answer: run(request) }
    } catch (error) {
      // With a full disk nothing of the group is kept: what comes later must not stand before what was refused.
      if (isFatal(error) || (isWrite(request) && (!db.inTransaction || isFull(error)))) throw error
      return { ok: false, error: error as Error }
    }
  }
  let groups = 0
  const writeGroup = db.transaction(({ id, requests }: StoreGroup) => {
    // Only the first group of a connection can have been committed by another one.
    const known = groups === 0 ? journal.find(id) : undefined
    if (known) return requests.map((request, index) => known[index] ?? attempt(request, handle))
    groups += 1
    if (groups % groupsPerPruning === 0) prune(Date.now())
    const replies = requests.map((request) => attempt(request, step))
    journal.keep(id, requests, replies)
    return replies
  })
  return (group) => {
    if (!group.requests.some(isWrite)) return group.requests.map((request) => attempt(request, handle))
    try {
      return writeGroup.immediate(group)
    } catch (error) {
      if (isFatal(error)) throw error
      return group.requests.map(() => ({ ok: false, error: error as Error, ofGroup: true }))
    }
  }
}

type KeptReply = { readonly answer: unknown } | { readonly problem: string }

/** The replies to the writes of the last group, kept by the transaction that made them true. */
function createGroupJournal(db: Connection) {
  const find = db.prepare<[string], string>('SELECT answers FROM last_group WHERE id = ?').pluck()
  const put = db.prepare<[string, string]>('INSERT OR REPLACE INTO last_group VALUES (1, ?, ?)')
  const toReply = (kept: KeptReply): StoreReply =>
    'problem' in kept ? { ok: false, error: new Error(kept.problem) } : { ok: true, answer: kept.answer }
  return {
    /** By position; nothing for a request that only reads. */
    find(id: string): readonly (StoreReply | undefined)[] | undefined {
      const text = find.get(id)
      if (text === undefined) return undefined
      return (JSON.parse(text) as (KeptReply | null)[]).map((kept) => (kept ? toReply(kept) : undefined))
    },
    keep(id: string, requests: readonly StoreRequest[], replies: readonly StoreReply[]) {
      const kept = replies.map((reply, index): KeptReply | null => {
        const request = requests[index]
        if (!request || !isWrite(request)) return null
        return reply.ok ? { answer: reply.answer } : { problem: reply.error.message }
      })
      put.run(id, JSON.stringify(kept))
    },
  }
}

function createCommit(db: Connection): Handlers['commit'] {
  const remember = db.prepare<[string, number]>('INSERT OR IGNORE INTO causes (cause, at) VALUES (?, ?)')
  const put = db.prepare<[string, string, string]>(
    'INSERT INTO state VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  )
  const remove = db.prepare<[string, string]>('DELETE FROM state WHERE area = ? AND key = ?')
  const add = db.prepare<[...EventRow, number]>(
    'INSERT INTO outbox (type, at, device, late, body, added) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const store = ([area, key, json]: StateRow) => (json === undefined ? remove.run(area, key) : put.run(area, key, json))

  return ({ cause, now, state, events }) => {
    if (cause !== undefined && remember.run(cause, now).changes === 0) return { duplicate: true, seqs: [] }
    for (const row of state) store(row)
    return { duplicate: false, seqs: events.map((event) => Number(add.run(...event, now).lastInsertRowid)) }
  }
}

function createEntries(db: Connection): Handlers['entries'] {
  interface Entry {
    readonly key: string
    readonly value: string
  }
  const first = db.prepare<[string, number], Entry>('SELECT key, value FROM state WHERE area = ? ORDER BY key LIMIT ?')
  const following = db.prepare<[string, string, number], Entry>(
    'SELECT key, value FROM state WHERE area = ? AND key > ? ORDER BY key LIMIT ?',
  )
  return ({ area, afterKey }) => {
    const page =
      afterKey === undefined ? first.all(area, entriesPerPage) : following.all(area, afterKey, entriesPerPage)
    return {
      json: `[${page.map(({ key, value }) => `[${JSON.stringify(key)},${value}]`).join(',')}]`,
      next: page.length === entriesPerPage ? page.at(-1)?.key : undefined,
    }
  }
}

function createPruning(db: Connection): (now: number) => void {
  const newest = db.prepare<[], number | null>('SELECT max(id) FROM causes').pluck()
  const prune = db.prepare<[number, number, number, number]>(
    'DELETE FROM causes WHERE id IN (SELECT id FROM causes ORDER BY id LIMIT ?) AND (id <= ? OR (id <= ? AND at < ?))',
  )
  return (now) => {
    const last = newest.get() ?? 0
    prune.run(prunedAtOnce, last - maxCauses, last - youngCauses, now - causeLifeMs)
  }
}
