import type { House } from '../../core/house.ts'
import type { SignalContext } from '../../core/signals.ts'
import type { Draft } from './draft.ts'
import { laneStateShape, type Car, type LaneState, type Read } from './lane-state.ts'
import type { Moment } from './stay.ts'
import { createTurns, type Turns } from './turns.ts'

const stateArea = 'parking'
const keyPrefix = 'lane:'

/** A car stands under an open arm for a minute, or in front of a closed one for a few; then it is another one. */
const openingMs = 10 * 60_000
const readMs = 3 * 60_000
/** The car that was let through before the next one was read is under the arm no longer than this. */
const underArmMs = 60_000
/** A clock that is set back is believed after so many messages. */
const messagesOfClock = 4
/** No message of a lane is on its way so long that its clock would look so much further ahead by others. */
const farAheadMs = 5_000
/** Cars that an arm is open for at once: more than that is a mistake. */
const maxOpenings = 8

/** One lane: what it remembers, and what a start of the gateway forgets. */
export interface Lane {
  state: LaneState
  /** The read that was answered last, as long as that car is there; a second one of it is no second car. */
  answered?: { readonly rawPlate: string; readonly at: number; readonly decision: Read['decision'] } | undefined
  /** The car that was decided to be let through, until that is on disk. */
  deciding?: Car | undefined
  /** Whether what was decided here last is on disk. */
  isDurable: boolean
  /** Clock of the device minus ours, ms, by each of the last messages; the newest last. */
  heardAhead: readonly number[]
  /** What happens at one lane happens one after the other. */
  readonly turns: Turns
}

const newLane = (state: LaneState = { openings: [] }): Lane => ({
  ...{ state, isDurable: true, heardAhead: [], turns: createTurns() },
})

/** Which cars stand where. */
export function createLanes({ store, clockOffsetOf }: Pick<House, 'store' | 'clockOffsetOf'>) {
  const lanes = new Map<string, Lane>()

  const laneOf = (laneId: string): Lane => {
    let lane = lanes.get(laneId)
    if (!lane) lanes.set(laneId, (lane = newLane()))
    return lane
  }

  /** Clock of the device minus ours, ms. On its way a message can only lose time, most of all one that is told twice. */
  function aheadOf(laneId: string): number {
    const { heardAhead } = laneOf(laneId)
    const measured = clockOffsetOf(laneId)
    if (heardAhead.length === 0) return measured ?? 0
    const heard = Math.max(...heardAhead)
    // Set back since: its reports show it before cars do.
    return measured !== undefined && heard > measured + farAheadMs ? measured : heard
  }

  return {
    async load() {
      for (const [key, value] of await store.entries(stateArea)) {
        if (!key.startsWith(keyPrefix) || !laneStateShape.Check(value)) continue
        lanes.set(key.slice(keyPrefix.length), newLane(value))
      }
    },
    of: laneOf,
    /** When something was told to have happened, by the clock of its lane and by ours, which is one for all. */
    momentOf: ({ deviceId, at }: Pick<SignalContext, 'deviceId' | 'at'>): Moment => ({
      at,
      gatewayAt: at - aheadOf(deviceId),
    }),
    aheadOf,
    entries: (): Iterable<readonly [laneId: string, lane: Lane]> => lanes,
    /** Keeps track of the clock of a lane. */
    heard({ deviceId, at, replayed }: SignalContext, now: number) {
      if (replayed) return
      const lane = laneOf(deviceId)
      lane.heardAhead = [...lane.heardAhead, at - now].slice(-messagesOfClock)
    },
    change(draft: Draft, laneId: string, state: LaneState) {
      const isEmpty = Object.keys(state).length === 1 && state.openings.length === 0
      draft.put(stateArea, keyPrefix + laneId, isEmpty ? undefined : state)
      draft.after(() => void (laneOf(laneId).state = state))
    },
  }
}

export type Lanes = ReturnType<typeof createLanes>

const isSameCar = (one: Car, other: Car) =>
  one.eventId === other.eventId || (one.plate !== '' && one.plate === other.plate)

/** The arm opens for a car. One that it was already open for keeps its place. */
export function withOpening(state: LaneState, car: Car): LaneState {
  const openings = state.openings.filter(({ at }) => at > car.at - openingMs)
  const place = openings.findIndex((other) => isSameCar(other, car))
  return {
    ...state,
    openings: (place < 0 ? [...openings, car] : openings.with(place, car)).slice(-maxOpenings),
  }
}

export const withoutOpening = (state: LaneState, car: Car): LaneState => ({
  ...state,
  openings: state.openings.filter((other) => !isSameCar(other, car)),
})

export interface Attribution {
  /** Nothing when nobody has read it. */
  readonly car: Car | undefined
  /** Whether the arm was opened for it. */
  readonly isExpected: boolean
  readonly state: LaneState
}

/** Which car it was that has passed or gone back. */
export function attribute(state: LaneState, at: number, isLate: boolean): Attribution {
  const standing = state.openings.filter((car) => at - car.at < openingMs && (!isLate || car.at <= at))
  const opening = standing.find((car, place) => !isOvertaken(car, standing[place + 1] ?? lastRead(state, at)))
  const read = freshCar(state.read, at)
  // A car of which the device tells afterwards has passed or gone back long ago, and that will be told, too.
  const history = isLate ? freshCar(state.history, at) : undefined
  const car = history ?? opening ?? read
  return { car, isExpected: car !== undefined && car === opening, state: car ? without(state, car) : state }
}

/** Cars that the arm is open for and that have neither passed nor gone back, as far as anybody can tell. */
export function letIn({ state, deciding }: Lane, now: number): Car[] {
  const { openings } = deciding ? withOpening(state, deciding) : state
  const standing = openings.filter((car) => now - car.at < openingMs)
  return standing.filter((car, place) => !isOvertaken(car, standing[place + 1] ?? lastRead(state, now)))
}

/** Its passage was never told: the next car could not stand there long after it, were it still under the arm. */
const isOvertaken = (car: Car, next: Car | undefined) => next !== undefined && next.at - car.at >= underArmMs

const lastRead = ({ read }: LaneState, at: number) => (read && read.car.at <= at ? read.car : undefined)

/** A read that is not too old for the car that passes at `at`. */
function freshCar(read: Read | undefined, at: number): Car | undefined {
  return read && at - read.car.at < readMs && read.car.at <= at ? read.car : undefined
}

/** The car is gone, and so is everything that was remembered of it. */
function without({ read, history, openings, ...rest }: LaneState, car: Car): LaneState {
  const place = openings.findIndex((other) => isSameCar(other, car))
  return {
    ...rest,
    ...(read && !isSameCar(read.car, car) && { read }),
    ...(history && !isSameCar(history.car, car) && { history }),
    // What was opened for before it and has not passed is gone, too: the device has lost what became of it.
    openings: place < 0 ? openings : openings.slice(place + 1),
  }
}
