import type { Connection } from './database.ts'
import type { EventRow, RequestKind, RequestOf, StateRow, StoreAnswers, StoreReply, StoreRequest } from './requests.ts'

type Handlers = { readonly [K in RequestKind]: (request: RequestOf<K>) => StoreAnswers[K] }

/** How long, and how many, committed causes are remembered: a device repeats an event within minutes. */
const causeLifeMs = 7 * 24 * 3_600_000
const maxCauses = 1_000_000
const groupsPerPruning = 64
const prunedAtOnce = 200
/** Deleting a week's backlog in one step would hold up every decision meanwhile. */
const forgottenAtOnce = 2000
/** Reading more in one step would hold up decisions here, and parsing it at the other end. */
const entriesPerPage = 2000

const isWrite = ({ kind }: StoreRequest) => kind === 'commit' || kind === 'forget'

/** Runs requests that came in together as one transaction; one that fails is undone alone. */
export function createGroupRunner(db: Connection): (requests: readonly StoreRequest[]) => StoreReply[] {
  const handlers: Handlers = {
    commit: createCommit(db),
    forget: createForget(db),
    entries: createEntries(db),
    after: createAfter(db),
    status: createStatus(db),
  }
  const prune = createPruning(db)
  const handle = (request: StoreRequest) => (handlers[request.kind] as (request: StoreRequest) => unknown)(request)
  const step = db.transaction(handle)

  const attempt = (request: StoreRequest, run: (request: StoreRequest) => unknown): StoreReply => {
    try {
      return { ok: true, answer: run(request) }
    } catch (error) {
      // A full disk can end the whole transaction: then nothing of the group is kept.
      if (isWrite(request) && !db.inTransaction) throw error
      return { ok: false, error: error as Error }
    }
  }
  let groups = 0
  const writeGroup = db.transaction((requests: readonly StoreRequest[]) => {
    groups += 1
    if (groups % groupsPerPruning === 0) prune(Date.now())
    return requests.map((request) => attempt(request, step))
  })
  return (requests) => {
    if (!requests.some(isWrite)) return requests.map((request) => attempt(request, handle))
    try {
      return writeGroup.immediate(requests)
    } catch (error) {
      return requests.map(() => ({ ok: false, error: error as Error }))
    }
  }
}

function createCommit(db: Connection): Handlers['commit'] {
  const remember = db.prepare<[string, number]>('INSERT OR IGNORE INTO causes (cause, at) VALUES (?, ?)')
  const put = db.prepare<[string, string, string]>(
    'INSERT INTO state VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  )
  const remove = db.prepare<[string, string]>('DELETE FROM state WHERE area = ? AND key = ?')
  const add = db.prepare<[...EventRow]>('INSERT INTO outbox (type, at, device, late, body) VALUES (?, ?, ?, ?, ?)')
  const store = ([area, key, json]: StateRow) => (json === undefined ? remove.run(area, key) : put.run(area, key, json))

  return ({ cause, now, state, events }) => {
    if (cause !== undefined && remember.run(cause, now).changes === 0) return { duplicate: true, seqs: [] }
    for (const row of state) store(row)
    return { duplicate: false, seqs: events.map((event) => Number(add.run(...event).lastInsertRowid)) }
  }
}

function createForget(db: Connection): Handlers['forget'] {
  const forget = db.prepare<[number, number]>(
    'DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox WHERE seq <= ? ORDER BY seq LIMIT ?)',
  )
  return ({ seq }) => ({ done: forget.run(seq, forgottenAtOnce).changes < forgottenAtOnce })
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

interface OutboxRow {
  readonly seq: number
  readonly type: string
  readonly at: number
  readonly device: string | null
  readonly late: number
  readonly body: string
}

function createAfter(db: Connection): Handlers['after'] {
  const all = db.prepare<[number, number], OutboxRow>('SELECT * FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?')
  const ofTypes = db.prepare<[number, string, number], OutboxRow>(
    'SELECT * FROM outbox WHERE seq > ? AND type IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?',
  )
  const toJson = ({ seq, type, at, device, late, body }: OutboxRow) => {
    const optional = (device === null ? '' : `,"deviceId":${JSON.stringify(device)}`) + (late ? ',"late":true' : '')
    return `{"seq":${seq},"type":${JSON.stringify(type)},"at":${at}${optional},"body":${body}}`
  }
  return ({ seq, limit, types }) => {
    const rows = types ? ofTypes.all(seq, JSON.stringify(types), limit) : all.all(seq, limit)
    return `[${rows.map(toJson).join(',')}]`
  }
}

function createStatus(db: Connection): Handlers['status'] {
  const last = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").pluck()
  // Numbers have no gaps and are forgotten from the front, so nothing needs to be counted.
  const first = db.prepare<[], number | null>('SELECT min(seq) FROM outbox').pluck()
  return () => {
    const lastSeq = last.get() ?? 0
    const firstSeq = first.get() ?? null
    return { lastSeq, backlog: firstSeq === null ? 0 : lastSeq - firstSeq + 1 }
  }
}

function createPruning(db: Connection): (now: number) => void {
  const newest = db.prepare<[], number | null>('SELECT max(id) FROM causes').pluck()
  const prune = db.prepare<[number, number, number]>(
    'DELETE FROM causes WHERE id IN (SELECT id FROM causes ORDER BY id LIMIT ?) AND (id <= ? OR at < ?)',
  )
  return (now) => {
    prune.run(prunedAtOnce, (newest.get() ?? 0) - maxCauses, now - causeLifeMs)
  }
}
