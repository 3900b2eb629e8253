import { textSetting, type House } from '../../core/house.ts'
import { createCredits } from './credits.ts'
import { createLaneWatch } from './lane-watch.ts'
import { createLanes } from './lanes.ts'
import { LaneOrders } from './lane-orders.ts'
import { bringForward } from './legacy.ts'
import { createPermits } from './permits.ts'
import { createPricing } from './pricing.ts'
import { createRules } from './rules.ts'
import { createStayBook } from './stay-book.ts'
import { createStayRules } from './stay-rules.ts'
import { createTurns } from './turns.ts'

/** Everything that the gateway knows of its parking lot. */
export function createLot(house: House) {
  const { store } = house
  const permits = createPermits(store)
  const rules = createRules(store)
  const credits = createCredits(store)
  const book = createStayBook(store)
  const lanes = createLanes(house)
  const pricing = createPricing({ rules, credits, permits, book })
  const loaded = Promise.withResolvers<undefined>()
  let isLoaded = false

  return {
    house,
    ...{ permits, rules, credits, book, lanes, pricing },
    stays: createStayRules(book, (stay, end) => pricing.settle(stay, end)),
    watch: createLaneWatch(),
    orders: new LaneOrders(house),
    /** What changes who is inside happens one after the other. */
    turns: createTurns(),
    /** Resolves when everything that was stored is known. */
    loaded: loaded.promise,
    isLoaded: () => isLoaded,
    async load() {
      await bringForward(house)
      await Promise.all([permits.load(), rules.load(), credits.load(), book.load(), lanes.load()])
      isLoaded = true
      loaded.resolve(undefined)
    },
    directionOf: (laneId: string): 'in' | 'out' =>
      textSetting(house.devices.get(laneId), 'direction') === 'out' ? 'out' : 'in',
    /** Now, by the clock of the lane. */
    timeAt: (laneId: string): number => house.clock.now() + Math.round(lanes.aheadOf(laneId)),
  }
}

export type Lot = ReturnType<typeof createLot>
