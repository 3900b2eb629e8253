import type { House } from '../../core/house.ts'
import type { Draft } from './draft.ts'
import { createGroups } from './groups.ts'
import { createIndexedShelf } from './indexed-shelf.ts'
import { createNobodies, type Nobodies } from './nobodies.ts'
import { createOccupancy, type Occupancy } from './occupancy.ts'
import { endedAt, pastStayShape, stayShape, type Crossing, type PastStay, type Stay } from './stay.ts'

/** Older than this nobody tells of a stay any more: a device keeps its records for less. */
const rememberMs = 4 * 24 * 3_600_000

type Store = House['store']

/** The cars inside, those that have left not long ago, and those that nobody knows. */
export function createStayBook(store: Store) {
  const groups = createGroups()
  const nobodies = createNobodies(store, () => occupancy.recount())
  const occupancy: Occupancy = createOccupancy(store, () => nobodies.unseen())
  const open = openShelf(store, groups)
  const past = pastShelf(store, nobodies)

  return {
    nobodies,
    async load() {
      await Promise.all([open.load(), past.load(), nobodies.load(), occupancy.load()])
    },
    stay: (sessionId: string) => open.entries.get(sessionId),
    pastStay: (sessionId: string) => past.entries.get(sessionId),
    stays: () => open.entries.values(),
    /** Of one plate; more than one only where devices have told things late. */
    staysOf: (plate: string): readonly Stay[] => open.ofPlate(plate),
    pastStaysOf: (plate: string): readonly PastStay[] => past.ofPlate(plate),
    ofGroup: (groupId: string): readonly Stay[] =>
      Array.from(groups.of(groupId)).flatMap((sessionId) => open.entries.get(sessionId) ?? []),
    /** Cars inside. */
    occupancy: () => occupancy.inside(),
    crossed: (draft: Draft, crossing: Crossing) => occupancy.crossed(draft, crossing),

    begin: (draft: Draft, stay: Stay) => open.put(draft, stay),
    end(draft: Draft, ended: PastStay) {
      open.remove(draft, ended.stay)
      past.put(draft, ended)
    },
    /** Notes a stay as ended, or ended otherwise than was thought. */
    remember: (draft: Draft, ended: PastStay) => past.put(draft, ended),
    /** Whether more is remembered than there is room for. */
    isCrowded: () => occupancy.isCrowded() || nobodies.isCrowded(),
    /** Forgets what nobody will tell of any more. */
    forgetOld(draft: Draft, now: number) {
      const before = now - rememberMs
      occupancy.forgetBefore(draft, before)
      nobodies.forgetBefore(draft, before)
      for (const ended of past.entries.values()) if (endedAt(ended) < before) past.remove(draft, ended)
    },
  }
}

export type StayBook = ReturnType<typeof createStayBook>

const openShelf = (store: Store, groups: ReturnType<typeof createGroups>) =>
  createIndexedShelf<Stay>({
    ...{ store, area: 'parking-stays' },
    fits: (stored) => stayShape.Check(stored),
    keyOf: ({ sessionId }) => sessionId,
    plateOf: ({ plate }) => plate,
    onAdded: (stay) => groups.add(stay),
    onRemoved: (stay) => groups.remove(stay),
  })

const pastShelf = (store: Store, nobodies: Nobodies) =>
  createIndexedShelf<PastStay>({
    ...{ store, area: 'parking-past' },
    fits: (stored) => pastStayShape.Check(stored),
    keyOf: ({ stay }) => stay.sessionId,
    plateOf: ({ stay }) => stay.plate,
    onAdded: (ended) => nobodies.ended(ended),
    onRemoved: (ended) => nobodies.forgotten(ended),
  })
