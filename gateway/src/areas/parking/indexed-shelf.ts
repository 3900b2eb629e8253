import { createPlateIndex } from './plate-index.ts'
import { createShelf, type ShelfOptions } from './shelf.ts'
import type { Draft } from './draft.ts'

interface IndexedOptions<T> extends ShelfOptions<T> {
  readonly keyOf: (value: T) => string
  readonly plateOf: (value: T) => string
  /** Told of what came and what went. */
  readonly onAdded?: (value: T) => void
  readonly onRemoved?: (value: T) => void
  readonly onChanged?: () => void
}

/** A shelf whose things are also found by plate. */
export function createIndexedShelf<T>({
  keyOf,
  plateOf,
  onAdded,
  onRemoved,
  onChanged,
  ...options
}: IndexedOptions<T>) {
  const shelf = createShelf<T>(options)
  const keysOf = createPlateIndex<string>()

  function added(value: T) {
    keysOf.add(plateOf(value), keyOf(value))
    onAdded?.(value)
    onChanged?.()
  }
  function removed(key: string) {
    const value = shelf.entries.get(key)
    if (value === undefined) return
    keysOf.remove(plateOf(value), key)
    onRemoved?.(value)
    onChanged?.()
  }

  return {
    entries: shelf.entries,
    load: () => shelf.load(added),
    ofPlate: (plate: string): readonly T[] => keysOf.of(plate).flatMap((key) => shelf.entries.get(key) ?? []),
    put(draft: Draft, value: T) {
      const key = keyOf(value)
      draft.after(() => removed(key))
      shelf.put(draft, key, value)
      draft.after(() => added(value))
    },
    remove(draft: Draft, value: T) {
      const key = keyOf(value)
      draft.after(() => removed(key))
      shelf.remove(draft, key)
    },
  }
}
