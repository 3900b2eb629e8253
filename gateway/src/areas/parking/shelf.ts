import type { House } from '../../core/house.ts'
import { delay } from '../../core/retry.ts'
import type { Draft } from './draft.ts'

export interface ShelfOptions<T> {
  readonly store: House['store']
  readonly area: string
  readonly fits: (stored: unknown) => stored is T
}

/** Read without a pause; a car at the gate does not wait behind a long list. */
const entriesPerTurn = 2000

/** What the gateway itself remembers, by key, in memory and on disk. What no longer fits is put aside. */
export function createShelf<T>({ store, area, fits }: ShelfOptions<T>) {
  const entries = new Map<string, T>()

  return {
    entries: entries as ReadonlyMap<string, T>,
    /** `seen` is called for each entry. */
    async load(seen?: (value: T) => void) {
      const unfit: [string, unknown][] = []
      let count = 0
      for (const [key, value] of await store.entries(area)) {
        count += 1
        if (count % entriesPerTurn === 0) await delay(0)
        if (!fits(value)) {
          unfit.push([key, value])
          continue
        }
        entries.set(key, value)
        seen?.(value)
      }
      if (unfit.length === 0) return
      const state = unfit.flatMap(([key, value]) => [
        { area, key, value: undefined },
        { area: 'unfit', key: `${area}/${key}`, value },
      ])
      await store.commit({ state })
    },
    put(draft: Draft, key: string, value: T) {
      draft.put(area, key, value)
      draft.after(() => void entries.set(key, value))
    },
    remove(draft: Draft, key: string) {
      draft.put(area, key, undefined)
      draft.after(() => void entries.delete(key))
    },
  }
}
