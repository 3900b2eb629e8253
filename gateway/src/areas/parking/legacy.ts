import type { House } from '../../core/house.ts'
import type { Change } from '../../core/ports.ts'
import type { LaneState } from './lane-state.ts'
import type { Stay } from './stay.ts'

type StateEntry = NonNullable<Change['state']>[number]
const stateArea = 'parking'
/** Cars inside that are counted, but whose crossing is not known. */
const countKey = 'inside-before'
const stepsPerCommit = 300

/**
 * Turns what an earlier version has stored (`inside:<plate>`, and the plate that a lane was opened for) into stays and
 * openings. It did not know when cars had come in, and let them out free of charge: so they leave free of charge.
 */
export async function bringForward({ store, clock }: House): Promise<void> {
  const at = clock.now()
  const stored = await store.entries(stateArea)
  let cars = Number(stored.get(countKey) ?? 0)
  const steps: StateEntry[][] = []
  for (const [key, value] of stored) {
    if (key.startsWith('inside:')) {
      cars += 1
      const count = { area: stateArea, key: countKey, value: cars }
      steps.push([{ area: stateArea, key, value: undefined }, inside(key, at), count])
    } else if (key.startsWith('lane:') && typeof value === 'string')
      steps.push([{ area: stateArea, key, value: opened(value, at) }])
  }
  for (let from = 0; from < steps.length; from += stepsPerCommit)
    await store.commit({ state: steps.slice(from, from + stepsPerCommit).flat() })
}

const nothingKnown = (plate: string) => ({ plate, rawPlate: plate, vehicleClass: 'other', right: 'inside' })

function inside(key: string, enteredAt: number): StateEntry {
  const plate = key.slice('inside:'.length)
  const sessionId = `earlier/${crypto.randomUUID()}`
  const stay: Stay = { sessionId, ...nothingKnown(plate), enteredAt, laneId: 'earlier' }
  return { area: 'parking-stays', key: sessionId, value: stay }
}

function opened(plate: string, at: number): LaneState {
  return { openings: [{ eventId: `earlier-${at}`, at, ...nothingKnown(plate), waivedFen: 0 }] }
}
