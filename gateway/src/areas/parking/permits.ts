import type { Permit } from '@gatehouse/platform/contract'
import { Lapse, normalisePlate, type PermitRule } from '@gatehouse/platform/domain'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { createCollection } from '../../core/collection.ts'
import type { House } from '../../core/house.ts'
import { delay } from '../../core/retry.ts'

type Rules = readonly PermitRule[]

/** What the lane needs of a permit; who holds it stays with the platform. */
const ruleOf = ({ kind, validFrom, validUntil, lapse, groupId, spaces, laneIds }: Permit): PermitRule => ({
  kind,
  ...(validFrom !== undefined && { validFrom }),
  ...(validUntil !== undefined && { validUntil }),
  ...(lapse !== undefined && { lapse }),
  ...(groupId !== undefined && { groupId }),
  ...(spaces !== undefined && { spaces }),
  ...(laneIds !== undefined && { laneIds }),
})

/** Most permits of a compound are alike: sharing them keeps a million of them in memory and quick to compare. */
function createInterning() {
  const shared = new Map<string, Rules>()
  return (rules: Rules): Rules => {
    const text = JSON.stringify(rules)
    const known = shared.get(text)
    if (known) return known
    shared.set(text, rules)
    return rules
  }
}

const none: Rules = []
const rulesSchema = Compile(
  Type.Array(
    Type.Object({
      kind: Type.String(),
      validFrom: Type.Optional(Type.Number()),
      validUntil: Type.Optional(Type.Number()),
      lapse: Type.Optional(Lapse),
      groupId: Type.Optional(Type.String()),
      spaces: Type.Optional(Type.Number()),
      laneIds: Type.Optional(Type.Array(Type.String())),
    }),
  ),
)
/** A car at the gate does not wait behind a long list. */
const permitsPerTurn = 2000

/** The permits of the compound by plate, in memory and on disk. */
export function createPermits(store: House['store']) {
  let intern = createInterning()
  const collection = createCollection<Rules>({
    store,
    area: 'parking-permits',
    list: 'parking',
    fits: (stored) => rulesSchema.Check(stored),
    revive: (stored) => intern(stored as Rules),
  })

  return {
    isWhole: () => collection.isWhole(),
    load: () => collection.load(),
    of: (plate: string): Rules => collection.get(plate) ?? none,
    async replace(permits: readonly Permit[]) {
      intern = createInterning() // values that are no longer used must not pile up
      for (const rules of new Set(collection.values())) intern(rules)
      const next = new Map<string, Rules>()
      for (const [index, permit] of permits.entries()) {
        if (index % permitsPerTurn === permitsPerTurn - 1) await delay(0)
        const plate = normalisePlate(permit.plate)
        next.set(plate, intern([...(next.get(plate) ?? none), ruleOf(permit)]))
      }
      await collection.replace(next)
    },
  }
}

export type Permits = ReturnType<typeof createPermits>
