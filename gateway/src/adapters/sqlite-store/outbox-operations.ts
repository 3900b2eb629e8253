import type { Connection } from './database.ts'
import { branchIdentity, earlierOutboxes, outboxIdOf } from './identity.ts'
import type { Handlers } from './operations.ts'

/** Deleting a week's backlog in one step would hold up every decision meanwhile. */
const forgottenAtOnce = 2000
/**
 * How long, and how many, records are kept that the platform has: one that was restored from a backup asks for them
 * again.
 */
const keptMs = 7 * 24 * 3_600_000
const keptRecords = 100_000
/** More than a batch, so that what is kept too long gets less with each acknowledgement. */
const prunedAtOnce = 1500

type OutboxHandlers = Pick<Handlers, 'after' | 'forget' | 'acknowledge' | 'branch' | 'status' | 'oldest'>

export function createOutboxOperations(db: Connection): OutboxHandlers {
  const acknowledged = createAcknowledged(db)
  return {
    after: createAfter(db),
    forget: createForget(db),
    acknowledge: createAcknowledge(db, acknowledged),
    ...createStatus(db, acknowledged),
    oldest: createOldest(db, acknowledged),
  }
}

/** Up to which number the platform has everything. */
function createAcknowledged(db: Connection) {
  const read = db.prepare<[]>("SELECT value FROM facts WHERE name = 'acknowledged'").pluck()
  const write = db.prepare<[number]>("INSERT OR REPLACE INTO facts VALUES ('acknowledged', ?)")
  return {
    get() {
      const value = read.get()
      return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0
    },
    set: (seq: number) => void write.run(seq),
  }
}
type Acknowledged = ReturnType<typeof createAcknowledged>

function createForget(db: Connection): OutboxHandlers['forget'] {
  const forget = db.prepare<[number, number]>(
    'DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox WHERE seq <= ? ORDER BY seq LIMIT ?)',
  )
  return ({ seq }) => ({ done: forget.run(seq, forgottenAtOnce).changes < forgottenAtOnce })
}

function createAcknowledge(db: Connection, acknowledged: Acknowledged): OutboxHandlers['acknowledge'] {
  const oldest = db.prepare<[], { seq: number; added: number | null }>(
    'SELECT seq, added FROM outbox ORDER BY seq LIMIT 1',
  )
  const prune = db.prepare<[number, number, number, number]>(
    `DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox WHERE seq <= ? ORDER BY seq LIMIT ?)
     AND (seq <= ? OR coalesce(added, 0) < ?)`,
  )
  return ({ seq, now }) => {
    const before = acknowledged.get()
    if (seq !== before) acknowledged.set(seq)
    const first = oldest.get()
    const [lastNumber, lastTime] = [seq - keptRecords, now - keptMs]
    if (first && first.seq <= seq && (first.seq <= lastNumber || (first.added ?? 0) < lastTime)) {
      prune.run(seq, prunedAtOnce, lastNumber, lastTime)
    }
    return { before }
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

function createAfter(db: Connection): OutboxHandlers['after'] {
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

function createStatus(db: Connection, acknowledged: Acknowledged): Pick<OutboxHandlers, 'status' | 'branch'> {
  const last = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").pluck()
  // Numbers have no gaps and are forgotten from the front, so nothing needs to be counted.
  const first = db.prepare<[], number | null>('SELECT min(seq) FROM outbox').pluck()
  const readIdentity = () => ({ outboxId: outboxIdOf(db), earlier: earlierOutboxes(db) })
  let identity = readIdentity()
  const openedAt = last.get() ?? 0
  return {
    status() {
      const lastSeq = last.get() ?? 0
      const stored = Math.max(acknowledged.get(), (first.get() ?? lastSeq + 1) - 1)
      return { lastSeq, openedAt, backlog: Math.max(0, lastSeq - stored), ...identity }
    },
    branch({ sharedSeq }) {
      branchIdentity(db, db.name, sharedSeq)
      acknowledged.set(Math.min(acknowledged.get(), sharedSeq))
      identity = readIdentity()
      return true
    },
  }
}

function createOldest(db: Connection, acknowledged: Acknowledged): OutboxHandlers['oldest'] {
  const oldest = db
    .prepare<[number], number>('SELECT coalesce(added, at) FROM outbox WHERE seq > ? ORDER BY seq LIMIT 1')
    .pluck()
  return () => oldest.get(acknowledged.get())
}
