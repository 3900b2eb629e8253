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
 * quite another plate. Taking the first to end first, and giving it the first exit that fits, leaves as few as can be.
 */
export function unexplained(disappearances: readonly Disappearance[], exits: readonly NobodysExit[]): Disappearance[] {
  if (disappearances.length === 0) return []
  const free = new Set(exits.toSorted((a, b) => a.at - b.at))
  const first = ({ from, to }: Disappearance, mayBe: (plate: string) => boolean) =>
    Array.from(free).find((exit) => mayBe(exit.plate) && from <= exit.at && exit.at <= to)
  return disappearances
    .toSorted((a, b) => a.to - b.to)
    .filter((gone) => {
      const exit =
        first(gone, (plate) => plate === gone.plate) ??
        first(gone, (plate) => isMisreadOf(plate, gone.plate)) ??
        first(gone, (plate) => plate === '')
      return exit === undefined || !free.delete(exit)
    })
}

/** One character lost, or taken for another: somebody lifted the arm for a car that was read badly. */
function isMisreadOf(read: string, plate: string): boolean {
  if (read === '' || plate === '') return false
  const differs = Array.from(plate).findIndex((character, index) => character !== read[index])
  if (differs < 0) return false
  const rest = plate.slice(differs + 1)
  return read.slice(differs) === rest || (read.length === plate.length && read.slice(differs + 1) === rest)
}
