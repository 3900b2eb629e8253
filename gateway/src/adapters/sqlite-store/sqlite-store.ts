import { AreaEventRecord } from '@gatehouse/platform/contract'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Compile } from 'typebox/compile'
import type { PartWatch } from '../../core/part-states.ts'
import type { Change, EntryPage, Logger, Repair, StateStore } from '../../core/ports.ts'
import type { EventRow, RequestOf, StateRow, StoreRepair } from './requests.ts'
import { startStoreThread, type StoreThread } from './store-thread.ts'

export interface SqliteStoreOptions {
  readonly watch?: PartWatch
  /** Called with what was damaged and set right: while it is opened, and when a damaged file is opened again. */
  readonly onRepair?: (repair: Repair) => void
  /** Called with each thread, for whoever wants to end it. */
  readonly onThread?: (thread: { terminate(): Promise<unknown> }) => void
}

export interface SqliteStore extends StateStore {
  /** Makes a copy of the database while it is being used. */
  backup(to: string): Promise<void>
}

/** State and outbox of a gateway in one SQLite file: what a step remembers and what it tells are one transaction. */
export async function openSqliteStore(
  path: string,
  logger: Logger,
  { watch, onRepair, onThread }: SqliteStoreOptions = {},
): Promise<SqliteStore> {
  await mkdir(dirname(path), { recursive: true })
  const repaired = (repair: Repair, fields: object) => {
    logger.error({ file: path, ...fields }, repair.problem)
    onRepair?.(repair)
  }
  const thread = await startStoreThread({
    path,
    watch,
    onThread,
    onRepair: (repair) => repaired(reportOf(repair), repair),
  })
  const mended = createMended(thread, repaired)
  const listeners = new Set<() => void>()
  const pages = (area: string) => readPages(thread, area, mended)

  return {
    commit: async (change) => {
      const committed = await thread.ask<'commit'>(toRequest(change))
      if (committed.seqs.length > 0) for (const listener of listeners) listener()
      return committed
    },
    pages,
    async entries(area) {
      const entries = new Map<string, unknown>()
      for await (const page of pages(area)) for (const [key, value] of page) entries.set(key, value)
      return entries
    },
    outbox: {
      after: (seq, limit, types) =>
        mended(async () => {
          const request = { kind: 'after', seq, limit, types: types && [...types] } as const
          return toRecords(JSON.parse(await thread.ask<'after'>(request)))
        }),
      acknowledge: (seq) => thread.ask<'acknowledge'>({ kind: 'acknowledge', seq, now: Date.now() }),
      forget: async (seq) => {
        let done = false
        while (!done) ({ done } = await thread.ask<'forget'>({ kind: 'forget', seq }))
      },
      branch: async (sharedSeq) => {
        await thread.ask<'branch'>({ kind: 'branch', sharedSeq })
      },
      status: () => thread.ask<'status'>({ kind: 'status' }),
      oldestAt: () => thread.ask<'oldest'>({ kind: 'oldest' }),
      onAdded: (listener) => {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
    backup: (to) => thread.backup(to),
    close: () => thread.close(),
  }
}

async function* readPages(thread: StoreThread, area: string, mended: Mended): AsyncGenerator<EntryPage> {
  let afterKey: string | undefined
  do {
    const { page, next } = await mended(async () => {
      const read = await thread.ask<'entries'>({ kind: 'entries', area, afterKey })
      return { page: JSON.parse(read.json) as EntryPage, next: read.next }
    })
    yield page
    afterKey = next
  } while (afterKey !== undefined)
}

const recordSchema = Compile(AreaEventRecord)

function toRecords(list: unknown): readonly AreaEventRecord[] {
  const records = list as readonly AreaEventRecord[]
  // The platform would refuse all for the sake of one.
  if (!records.every((record) => recordSchema.Check(record))) throw new SyntaxError('a record is damaged')
  return records
}

/** Reads; where the disk has spoilt a text that is read, it is put aside first. */
const createMended =
  (thread: StoreThread, repaired: (repair: Repair, fields: object) => void) =>
  async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      const { rows } = await thread.ask<'mend'>({ kind: 'mend', now: Date.now() })
      if (rows > 0) repaired(mendedReport(rows), { rows })
      return read()
    }
  }

type Mended = ReturnType<typeof createMended>

const mendedReport = (rows: number): Repair => ({
  what: 'database',
  problem: 'unreadable rows of the database were put aside',
  action: `${rows} rows were moved to the table "damaged"; lists of the platform are fetched anew`,
  isIncomplete: true,
})

const logReport: Repair = {
  what: 'database',
  problem: 'the log of the database was damaged, the database is as it was some time before',
  action: 'A copy of the log was put aside; what it held is gone, and numbers of records are told apart',
  isIncomplete: true,
}

const reportOf = ({ rows, isIncomplete, isLog }: StoreRepair): Repair =>
  isLog
    ? logReport
    : {
        what: 'database',
        problem: 'the database was damaged and put aside',
        action: `Saved of it: ${rows['state'] ?? 0} entries and ${rows['outbox'] ?? 0} events; ${
          isIncomplete ? 'some may be missing' : 'nothing is missing'
        }`,
        isIncomplete,
      }

const toRequest = ({ cause, state = [], events = [] }: Change): RequestOf<'commit'> => ({
  kind: 'commit',
  now: Date.now(),
  cause,
  // `stringify` answers undefined for undefined, which deletes the key.
  state: state.map(({ area, key, value }): StateRow => [area, key, JSON.stringify(value) as string | undefined]),
  events: events.map(({ type, at, deviceId, late, body }): EventRow => [
    type,
    at,
    deviceId ?? null,
    late ? 1 : 0,
    JSON.stringify(body),
  ]),
})
