import { ParkingRules } from '@gatehouse/platform/contract'
import { defaultLanePolicy, tariffFor, type LanePolicy, type Tariff } from '@gatehouse/platform/domain'
import { Compile } from 'typebox/compile'
import type { House } from '../../core/house.ts'

const stateArea = 'parking'
const stateKey = 'rules'
const shape = Compile(ParkingRules)

/** How the lot is run, as the platform has said it last; without rules it is free of charge and open to permits only. */
export function createRules(store: House['store']) {
  let current: ParkingRules | undefined
  let isWhole = true

  return {
    /** Whether what was stored still fits; else it is fetched anew. */
    isWhole: () => isWhole,
    async load() {
      const stored = (await store.entries(stateArea)).get(stateKey)
      if (shape.Check(stored)) current = stored
      else isWhole = stored === undefined
    },
    async replace(next: ParkingRules | undefined) {
      await store.commit({ state: [{ area: stateArea, key: stateKey, value: next }] })
      current = next
    },
    capacity: (): number | undefined => current?.capacity,
    policyOf: (laneId: string): LanePolicy => current?.lanes[laneId] ?? current?.policy ?? defaultLanePolicy,
    tariffAt: (enteredAt: number): Tariff | undefined => current && tariffFor(current.tariffs, enteredAt),
  }
}

export type Rules = ReturnType<typeof createRules>
