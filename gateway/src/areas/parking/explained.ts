/** A time in which a car must have left without being recognised. */
export interface Disappearance {
  readonly plate: string
  readonly from: number
  readonly to: number
}

/** A car that left as nobody; without a plate when it was not read. */
export interface NobodysExit {
  readonly plate: string
  readonly at: number
}

/**
 * Which disappearances are not explained by a car that left as nobody: each exit explains one at most, and none of
 * another plate. Taking the first to end first, and giving it the first exit that fits, leaves as few as can be.
 */
export function unexplained(disappearances: readonly Disappearance[], exits: readonly NobodysExit[]): Disappearance[] {
  if (disappearances.length === 0) return []
  const free = new Set(exits.toSorted((a, b) => a.at - b.at))
  const first = (plate: string, { from, to }: Disappearance) =>
    Array.from(free).find((exit) => exit.plate === plate && from <= exit.at && exit.at <= to)
  return disappearances
    .toSorted((a, b) => a.to - b.to)
    .filter((gone) => {
      const exit = first(gone.plate, gone) ?? first('', gone)
      return exit === undefined || !free.delete(exit)
    })
}
