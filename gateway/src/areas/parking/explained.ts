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

export interface Explanation<D, E> {
  readonly gone: D
  readonly exit: E | undefined
}

/**
 * By which car that left as nobody each disappearance is explained: each exit explains one at most, and none of quite
 * another plate. Taking the first to end first, and giving it the first exit that fits, leaves as few as can be; and
 * what explains the older ones stays the same, whatever is added later.
 */
export function explain<D extends Disappearance, E extends NobodysExit>(
  disappearances: readonly D[],
  exits: readonly E[],
): Explanation<D, E>[] {
  if (disappearances.length === 0) return []
  const free = new Set(exits.toSorted((a, b) => a.at - b.at))
  const first = ({ from, to }: D, mayBe: (plate: string) => boolean) =>
    Array.from(free).find((exit) => mayBe(exit.plate) && from <= exit.at && exit.at <= to)
  return disappearances
    .toSorted((a, b) => a.to - b.to)
    .map((gone) => {
      const exit =
        first(gone, (plate) => plate === gone.plate) ??
        first(gone, (plate) => isMisreadOf(plate, gone.plate)) ??
        first(gone, (plate) => plate === '')
      if (exit) free.delete(exit)
      return { gone, exit }
    })
}

/** The disappearances that nobody's exit explains. */
export const unexplained = <D extends Disappearance>(
  disappearances: readonly D[],
  exits: readonly NobodysExit[],
): D[] => explain(disappearances, exits).flatMap(({ gone, exit }) => (exit ? [] : [gone]))

/** One character lost, or taken for another: somebody lifted the arm for a car that was read badly. */
function isMisreadOf(read: string, plate: string): boolean {
  if (read === '' || plate === '') return false
  const differs = Array.from(plate).findIndex((character, index) => character !== read[index])
  if (differs < 0) return false
  const rest = plate.slice(differs + 1)
  return read.slice(differs) === rest || (read.length === plate.length && read.slice(differs + 1) === rest)
}
