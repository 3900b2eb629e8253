import type { LaneRead } from '@gatehouse/platform/domain'
import type { Change } from '../../core/ports.ts'
import type { House } from '../../core/house.ts'

/** What a lane remembers of the car in front of it. */
export interface Lane {
  lastRead?: NonNullable<LaneRead['lastRead']> | undefined
  /** The plate that was let through and has not yet passed. */
  opened?: string | undefined
  /** Settles when everything that was decided here so far is on disk. */
  durable: Promise<unknown>
}

const stateArea = 'parking'
const laneKey = (deviceId: string) => `lane:${deviceId}`
const insideKey = (plate: string) => `inside:${plate}`

/** Which car stands where, and which cars are inside. Only a car that passed counts. */
export function createLanes(store: House['store']) {
  const lanes = new Map<string, Lane>()
  const inside = new Set<string>()

  const laneOf = (deviceId: string): Lane => {
    let lane = lanes.get(deviceId)
    if (!lane) lanes.set(deviceId, (lane = { durable: Promise.resolve() }))
    return lane
  }
  const openedState = (deviceId: string, plate: string | undefined) => ({
    area: stateArea,
    key: laneKey(deviceId),
    value: plate,
  })

  return {
    async load() {
      for (const [key, value] of await store.entries(stateArea)) {
        if (key.startsWith('inside:')) inside.add(key.slice('inside:'.length))
        else if (typeof value === 'string') laneOf(key.slice('lane:'.length)).opened = value
      }
    },
    of: laneOf,
    isInside: (plate: string) => inside.has(plate),
    /** State change for a car that may now drive through. */
    opened(deviceId: string, plate: string): NonNullable<Change['state']> {
      laneOf(deviceId).opened = plate
      return [openedState(deviceId, plate)]
    },
    /** State change for the end of a car's stay in front of the lane. */
    left(deviceId: string, how: 'in' | 'out' | 'back'): NonNullable<Change['state']> {
      const lane = laneOf(deviceId)
      const { opened } = lane
      lane.opened = lane.lastRead = undefined
      if (opened === undefined) return []
      const cleared = openedState(deviceId, undefined)
      if (how === 'back') return [cleared]
      if (how === 'in') inside.add(opened)
      else inside.delete(opened)
      return [cleared, { area: stateArea, key: insideKey(opened), value: how === 'in' ? true : undefined }]
    },
  }
}

export type Lanes = ReturnType<typeof createLanes>
