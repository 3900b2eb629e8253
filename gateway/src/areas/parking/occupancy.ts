import type { House } from '../../core/house.ts'
import type { Draft } from './draft.ts'
import { createShelf } from './shelf.ts'
import { crossingShape, type Crossing } from './stay.ts'
import { createTimeline, excess } from './timeline.ts'

const baseArea = 'parking'
const baseKey = 'inside-before'

/**
 * More than four days of a compound with ten thousand cars. Whatever is told late is late by less, and a device that
 * tells of cars without end must not fill the disk: what is beyond them becomes one number earlier.
 */
const mostCrossings = 100_000

type Step = Pick<Crossing, 'at' | 'by'>

/** Never less than nobody: a lot that is counted for the first time may have cars in it that nobody knows. */
const walk = (from: number, steps: readonly Step[]): number =>
  steps.toSorted((a, b) => a.at - b.at).reduce((inside, { by }) => Math.max(0, inside + by), from)

/**
 * How many cars are inside: what has gone through, in the order in which it happened, however late devices tell of it.
 * `unseen`: when cars have left that nobody saw go.
 */
export function createOccupancy(store: House['store'], unseen: () => readonly number[], most = mostCrossings) {
  const crossings = createShelf<Crossing>({
    ...{ store, area: 'parking-crossings' },
    fits: (stored) => crossingShape.Check(stored),
  })
  const timeline = createTimeline<Crossing>(() => crossings.entries.values())
  let base = 0
  let lastAt = -Infinity
  /** Unknown while something has changed that was not the last to happen. */
  let inside: number | undefined

  const unseenSteps = () => unseen().map((at): Step => ({ at, by: -1 }))

  return {
    async load() {
      await crossings.load()
      const stored = (await store.entries(baseArea)).get(baseKey)
      if (typeof stored === 'number') base = stored
    },
    inside: (): number => (inside ??= walk(base, [...timeline.inOrder(), ...unseenSteps()])),
    recount: () => void (inside = undefined),
    crossed(draft: Draft, crossing: Crossing) {
      crossings.put(draft, crossing.crossingId, crossing)
      draft.after(() => {
        timeline.added(crossing)
        if (crossing.at < lastAt) inside = undefined
        else if (inside !== undefined) inside = Math.max(0, inside + crossing.by)
        lastAt = Math.max(lastAt, crossing.at)
      })
    },
    isCrowded: () => crossings.entries.size > most,
    /** Makes one number of everything that was before, and of what is too much. */
    forgetBefore(draft: Draft, before: number) {
      const tooMany = excess(crossings.entries.size, most)
      const old = timeline.inOrder().filter(({ at }, place) => at < before || place < tooMany)
      const steps = [...old, ...unseenSteps().filter(({ at }) => at < before)]
      if (steps.length === 0) return
      const next = walk(base, steps)
      for (const { crossingId } of old) crossings.remove(draft, crossingId)
      draft.put(baseArea, baseKey, next)
      draft.after(() => {
        base = next
        inside = undefined
        timeline.removed()
      })
    },
  }
}

export type Occupancy = ReturnType<typeof createOccupancy>
