interface Happened {
  /** UTC ms. */
  readonly at: number
}

/** The values of a shelf in the order in which they happened: kept so when one comes, sorted anew when some are gone. */
export function createTimeline<T extends Happened>(all: () => Iterable<T>) {
  let sorted: T[] | undefined
  return {
    inOrder: (): readonly T[] => (sorted ??= Array.from(all()).sort((a, b) => a.at - b.at)),
    added: (value: T) => void sorted?.splice(sorted.findLastIndex(({ at }) => at <= value.at) + 1, 0, value),
    removed: () => void (sorted = undefined),
  }
}

/** How many of too many are to go: some more than need be, so that it happens seldom. */
export const excess = (count: number, most: number): number => (count > most ? count - Math.floor(most * 0.99) : 0)
