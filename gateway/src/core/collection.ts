import type { StateStore } from './ports.ts'
import { delay } from './retry.ts'

export interface Collection<T> {
  load(): Promise<void>
  get(key: string): T | undefined
  values(): Iterable<T>
  readonly size: number
  /** Makes `next` the content; only what differs is written. */
  replace(next: ReadonlyMap<string, T>): Promise<void>
}

export interface CollectionOptions<T> {
  readonly store: Pick<StateStore, 'commit' | 'entries'>
  readonly area: string
  /** Turns what was stored into what is kept in memory. */
  readonly revive?: (stored: unknown) => T
}

/** Small enough that a car at the gate does not wait behind a list that is being written. */
const entriesPerCommit = 1000
/** Looking at more without a pause would be felt there too. */
const entriesPerTurn = 5000

/**
 * A list that the platform sends whole and that lives in memory and on disk. Between two commits others have their
 * turn. A crash half-way leaves a mixture, which the next revision or the same one again sets right.
 */
export function createCollection<T>({ store, area, revive }: CollectionOptions<T>): Collection<T> {
  let current: ReadonlyMap<string, T> = new Map()

  return {
    async load() {
      const stored = await store.entries(area)
      current = revive ? await revived(stored, revive) : (stored as ReadonlyMap<string, T>)
    },
    get: (key) => current.get(key),
    values: () => current.values(),
    get size() {
      return current.size
    },
    async replace(next) {
      for (const state of chunks(differences(area, current, next), entriesPerCommit)) {
        if (state.length > 0) await store.commit({ state })
        else await delay(0)
      }
      current = next
    },
  }
}

async function revived<T>(stored: ReadonlyMap<string, unknown>, revive: (value: unknown) => T) {
  const entries = new Map<string, T>()
  for (const [key, value] of stored) {
    entries.set(key, revive(value))
    if (entries.size % entriesPerTurn === 0) await delay(0)
  }
  return entries
}

interface Entry {
  readonly area: string
  readonly key: string
  readonly value: unknown
}

/** What must be written; `undefined` for an entry that stays as it is. */
function* differences<T>(area: string, before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>) {
  for (const [key, value] of after) yield isSame(before.get(key), value) ? undefined : { area, key, value }
  for (const key of before.keys()) yield after.has(key) ? undefined : { area, key, value: undefined }
}

const isSame = (one: unknown, other: unknown) => one === other || JSON.stringify(one) === JSON.stringify(other)

/** Groups by number of entries looked at, so that also a list without any change gives others their turn. */
function* chunks(entries: Iterable<Entry | undefined>, size: number): Generator<Entry[]> {
  let chunk: Entry[] = []
  let seen = 0
  for (const entry of entries) {
    if (entry) chunk.push(entry)
    seen += 1
    if (seen % size !== 0) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
