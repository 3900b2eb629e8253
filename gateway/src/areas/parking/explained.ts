/** A time, UTC ms of the gateway, in which a car must have left without being recognised. */
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
 * what explains the older ones stays the same, whatever is added later. `exits`: in the order in which they happened.
 */
export function explain<D extends Disappearance, E extends NobodysExit>(
  disappearances: readonly D[],
  exits: readonly E[],
): Explanation<D, E>[] {
  if (disappearances.length === 0) return []
  const used = new Set<E>()
  const unread = exits.filter(({ plate }) => plate === '')
  const read = exits.filter(({ plate }) => plate !== '')
  return disappearances
    .toSorted((a, b) => a.to - b.to)
    .map((gone) => {
      const free = (exit: E) => exit.at <= gone.to && !used.has(exit)
      const plates = read.slice(firstSince(read, gone.from)).filter(free)
      const exit =
        plates.find(({ plate }) => plate === gone.plate) ??
        plates.find(({ plate }) => isMisreadOf(plate, gone.plate)) ??
        unread.slice(firstSince(unread, gone.from)).find(free)
      if (exit) used.add(exit)
      return { gone, exit }
    })
}
/** Where those begin that happened at `from` or after it. */
function firstSince(exits: readonly NobodysExit[], from: number): number {
  let [low, high] = [0, exits.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((exits[middle]?.at ?? Infinity) < from) low = middle + 1
    else high = middle
  }
  return low
}

/** One character lost, or taken for another: somebody lifted the arm for a car that was read badly. */
function isMisreadOf(read: string, plate: string): boolean {
  const lost = plate.length - read.length
  if (plate === '' || lost < 0 || lost > 1) return false
  let differs = 0
  while (differs < read.length && read[differs] === plate[differs]) differs += 1
  const rest = plate.slice(differs + 1)
  return differs < plate.length && read.slice(lost === 1 ? differs : differs + 1) === rest
}
