import type { House } from '../../core/house.ts'
import type { Draft } from './draft.ts'
import { longestStayMs } from '@gatehouse/platform/domain'
import { explain, type Disappearance } from './explained.ts'
import { createIndexedShelf } from './indexed-shelf.ts'
import { begunAt, endedAt, gapShape, looseExitShape, type Gap, type LooseExit, type PastStay } from './stay.ts'
import { createTimeline, excess } from './timeline.ts'

type Store = House['store']

/**
 * Some days of the busiest exit whose camera reads nothing. Which of them was which ghost is looked for whenever one
 * more leaves, so they must not grow without end; a ghost whose exit is forgotten counts as one more that has left.
 */
const mostExits = 10_000

/**
 * Cars that left as nobody, unread or by a plate that was not known to be inside, and cars that disappeared: ghosts.
 * They may be the same cars.
 */
export function createNobodies(store: Store, onRecount: () => void, most = mostExits) {
  const disappeared = new Map<string, Disappearance>()
  const timeline = createTimeline<LooseExit>((): Iterable<LooseExit> => exits.entries.values())
  let unseen: number[] | undefined
  const onChanged = () => {
    unseen = undefined
    onRecount()
  }
  const explained = () => explain([...disappeared.values()], timeline.inOrder())
  const exits = createIndexedShelf<LooseExit>({
    ...{ store, area: 'parking-loose-exits' },
    fits: (stored) => looseExitShape.Check(stored),
    keyOf: ({ exitId }) => exitId,
    plateOf: ({ plate }) => plate,
    onAdded: timeline.added,
    onRemoved: timeline.removed,
    onChanged,
  })
  const gaps = createIndexedShelf<Gap>({
    ...{ store, area: 'parking-gaps' },
    fits: (stored) => gapShape.Check(stored),
    keyOf: ({ gapId }) => gapId,
    plateOf: () => '',
    onAdded: (gap) => disappeared.set(gap.gapId, gap),
    onRemoved: ({ gapId }) => disappeared.delete(gapId),
    onChanged,
  })

  return {
    async load() {
      await Promise.all([gaps.load(), exits.load()])
    },
    exitsOf: (plate: string): readonly LooseExit[] => exits.ofPlate(plate),
    /** When cars have left of which no exit is known: those that are one less besides the exits. */
    unseen: (): readonly number[] => (unseen ??= explained().flatMap(({ gone, exit }) => (exit ? [] : [gone.to]))),
    left: (draft: Draft, exit: LooseExit) => exits.put(draft, exit),
    /** Its entry is known now: it has left as somebody. */
    settle: (draft: Draft, exit: LooseExit) => exits.remove(draft, exit),
    /** It has left in between, and come in again. */
    cameBack: (draft: Draft, gap: Gap) => gaps.put(draft, gap),
    /** Keeps track of the ghosts among ended stays. */
    ended(past: PastStay) {
      const { stay, outcome } = past
      const { sessionId, plate } = stay
      if (outcome === 'ghost') disappeared.set(sessionId, { plate, from: begunAt(stay), to: endedAt(past) })
      else disappeared.delete(sessionId)
      onChanged()
    },
    forgotten({ stay }: PastStay) {
      disappeared.delete(stay.sessionId)
      onChanged()
    },
    isCrowded: () => exits.entries.size > most,
    /** An exit stays as long as a car that is inside, as far as anybody knows, may turn out to have left by it. */
    forgetBefore(draft: Draft, before: number) {
      for (const { gone, exit } of explained()) if (exit && gone.to < before) exits.remove(draft, exit)
      for (const gap of gaps.entries.values()) if (gap.to < before) gaps.remove(draft, gap)
      const tooMany = excess(exits.entries.size, most)
      for (const [place, exit] of timeline.inOrder().entries())
        if (exit.at < before - longestStayMs || place < tooMany) exits.remove(draft, exit)
    },
  }
}

export type Nobodies = ReturnType<typeof createNobodies>
