import type { StateStore } from './ports.ts'
import { delay } from './retry.ts'

export interface Collection<T> {
  load(): Promise<void>
  get(key: string): T | undefined
  values(): Iterable<T>
  readonly size: number
  /** Whether everything that was stored still fits; else the list is fetched anew. */
  isWhole(): boolean
  /** Makes `next` the content; only what differs is written. */
  replace(next: ReadonlyMap<string, T>): Promise<void>
}

export interface CollectionOptions<T> {
  readonly store: Pick<StateStore, 'commit' | 'pages'>
  readonly area: string
  /** The list of the platform that it comes from. */
  readonly list: 'devices' | 'parking' | 'payments' | 'access'
  /** Whether what was stored can be used: another version may have written it, or a disk may have spoilt it. */
  readonly fits: (stored: unknown) => boolean
  /** Turns what was stored into what is kept in memory. */
  readonly revive?: (stored: unknown) => T
  /** Turns what is kept in memory into what is stored; without it they are the same. */
  readonly preserve?: (value: T) => unknown
}

/** Small enough that a car at the gate does not wait behind a list that is being written. */
const entriesPerCommit = 1000

/**
 * A list that the platform sends whole and that lives in memory and on disk. Between two commits others have their
 * turn. A crash half-way leaves a mixture, which the next revision or the same one again sets right.
 */
export function createCollection<T>({ store, area, ...options }: CollectionOptions<T>): Collection<T> {
  const { list, fits, revive, preserve } = options
  let current: ReadonlyMap<string, T> = new Map()
  let isWhole = true
  const preserved = (entry: Entry<T>) => ({ ...entry, value: entry.value && preserve?.(entry.value) })

  return {
    async load() {
      const next = new Map<string, T>()
      const unfit: Entry<unknown>[] = []
      for await (const page of store.pages(area)) {
        for (const [key, value] of page) {
          if (!fits(value)) unfit.push({ area, key, value })
          else next.set(key, revive ? revive(value) : (value as T))
        }
      }
      isWhole = unfit.length === 0
      if (!isWhole) await putAside({ store, list }, unfit)
      current = next
    },
    isWhole: () => isWhole,
    get: (key) => current.get(key),
    values: () => current.values(),
    get size() {
      return current.size
    },
    async replace(next) {
      for (const state of chunks(differences(area, current, next), entriesPerCommit)) {
        if (state.length > 0) await store.commit({ state: preserve ? state.map(preserved) : state })
        else await delay(0)
      }
      current = next
    },
  }
}

/** Kept for whoever wants to know; without its revision the platform sends the list again. */
async function putAside({ store, list }: Pick<CollectionOptions<never>, 'store' | 'list'>, unfit: Entry<unknown>[]) {
  const aside = unfit.flatMap(({ area, key, value }) => [
    { area, key, value: undefined },
    { area: 'unfit', key: `${area}/${key}`, value },
  ])
  await store.commit({ state: [{ area: 'desired', key: list, value: undefined }, ...aside] })
}

interface Entry<T> {
  readonly area: string
  readonly key: string
  readonly value: T | undefined
}

/** What must be written; `undefined` for an entry that stays as it is. */
function* differences<T>(
  area: string,
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): Generator<Entry<T> | undefined> {
  for (const [key, value] of after) yield isSame(before.get(key), value) ? undefined : { area, key, value }
  for (const key of before.keys()) yield after.has(key) ? undefined : { area, key, value: undefined }
}

const isSame = (one: unknown, other: unknown) => one === other || JSON.stringify(one) === JSON.stringify(other)

/** Groups by number of entries looked at, so that also a list without any change gives others their turn. */
function* chunks<T>(entries: Iterable<Entry<T> | undefined>, size: number): Generator<Entry<T>[]> {
  let chunk: Entry<T>[] = []
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
