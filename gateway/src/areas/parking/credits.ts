import type { DesiredBody } from '@gatehouse/platform/contract'
import { ParkingCredit } from '@gatehouse/platform/contract'
import { Compile } from 'typebox/compile'
import { createCollection } from '../../core/collection.ts'
import type { House } from '../../core/house.ts'

const creditShape = Compile(ParkingCredit)
const none: readonly ParkingCredit[] = []

/** What was paid or waived, by stay, as the centre has told it last. */
export function createCredits(store: House['store']) {
  const collection = createCollection<ParkingCredit>({
    ...{ store, area: 'parking-credits', list: 'payments' },
    fits: (stored) => creditShape.Check(stored),
  })
  let bySession = new Map<string, ParkingCredit[]>()

  function index() {
    bySession = new Map()
    for (const credit of collection.values()) {
      const others = bySession.get(credit.sessionId)
      if (others) others.push(credit)
      else bySession.set(credit.sessionId, [credit])
    }
  }

  return {
    isWhole: () => collection.isWhole(),
    async load() {
      await collection.load()
      index()
    },
    of: (sessionId: string): readonly ParkingCredit[] => bySession.get(sessionId) ?? none,
    /** Answers the stays for which something was paid or waived that was not known before. */
    async replace({ credits }: DesiredBody<'payments'>): Promise<ReadonlySet<string>> {
      const fresh = credits.filter(({ creditId }) => collection.get(creditId) === undefined)
      await collection.replace(new Map(credits.map((credit) => [credit.creditId, credit])))
      index()
      return new Set(fresh.map(({ sessionId }) => sessionId))
    },
  }
}

export type Credits = ReturnType<typeof createCredits>
