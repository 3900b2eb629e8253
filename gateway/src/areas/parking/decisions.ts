import type { LaneDecision, NewAreaEvent } from '@gatehouse/platform/contract'
import {
  classifyPlate,
  decideLane,
  isStandInPlate,
  normalisePlate,
  standingOf,
  vehicleClassOf,
  yuan,
  type LaneVerdict,
  type PlateColour,
} from '@gatehouse/platform/domain'
import { originOf } from '../../core/house.ts'
import type { DeviceSignal, SignalContext } from '../../core/signals.ts'
import type { Car, Read } from './lane-state.ts'
import { letIn } from './lanes.ts'
import type { Lot } from './lot.ts'
import { present } from './present.ts'
import { openStay } from './stay-history.ts'

export type Recognised = Pick<
  Extract<DeviceSignal, { type: 'vehicle-recognised' }>,
  'plate' | 'colour' | 'confidence' | 'candidates' | 'isFake' | 'picture'
> & {
  /** The plate is not from a camera but from the driver; when the lane last noticed the car. */
  readonly claimedOf?: number | undefined
}

const maxCandidates = 10
/** A car whose driver has claimed it is under the arm, or pays, for so long; the camera may see it once more. */
const claimedMs = 60_000
const eventTypes = {
  in: { open: 'parking.entry-opened', refuse: 'parking.entry-refused', ask: 'parking.entry-refused' },
  out: { open: 'parking.exit-opened', refuse: 'parking.exit-refused', ask: 'parking.exit-refused' },
} as const

/** The stay of a car that is inside when it is read. */
const stayInside = (lot: Lot, plate: string, context: SignalContext) =>
  openStay(lot.book, plate, { ...lot.lanes.momentOf(context), isLate: context.replayed })

/** Decides a read from what the lot knows; `undefined` for a second read of the car that was answered. */
export function decide(lot: Lot, told: Recognised, context: SignalContext): Read | undefined {
  const signal = withoutStandIn(told)
  const { deviceId: laneId, at, replayed } = context
  const stayOf = (plate: string) => stayInside(lot, plate, context)
  const direction = lot.directionOf(laneId)
  const lane = lot.lanes.of(laneId)
  if (!replayed && isClaimedAlready(lane.state.read, signal, at)) return undefined
  const capacity = lot.rules.capacity()
  const verdict = decideLane({
    ...{ rawPlate: signal.plate, colour: signal.colour as PlateColour, at, direction, laneId },
    ...(lane.answered && !replayed && { lastRead: lane.answered }),
    permitsOf: lot.permits.of,
    stayOf,
    dueOf(plate, uncovered) {
      const stay = stayOf(plate)
      return stay ? lot.pricing.dueOf(stay, at, uncovered) : 0
    },
    groupInside: (groupId, plate) => groupInside(lot, { groupId, plate }, context),
    ...(capacity !== undefined && {
      lot: {
        ...{ inside: lot.book.occupancy(), capacity },
        comingIn: (plate) => comingIn(lot, context).filter((car) => car.plate !== plate || plate === '').length,
      },
    }),
    policy: lot.rules.policyOf(laneId),
  })
  if (verdict.rule === 'duplicate-read') return undefined
  return patient(lot, laneId, toRead(lot, { signal, context, verdict: genuine(signal, verdict) }))
}

/**
 * Cars that are let in and have not passed yet: two entrances must not give away the same space. What is told
 * afterwards was decided without them.
 */
const comingIn = (lot: Lot, { replayed }: SignalContext): Car[] =>
  replayed
    ? []
    : Array.from(lot.lanes.entries())
        .filter(([laneId]) => lot.directionOf(laneId) === 'in')
        .flatMap(([laneId, lane]) => letIn(lane, lot.timeAt(laneId)))

interface Member {
  readonly groupId: string
  readonly plate: string
}

/** How many spaces of a group its other cars take, or are about to take when one more wants to come in. */
function groupInside(lot: Lot, { groupId, plate }: Member, context: SignalContext): number {
  const inside = lot.pricing.groupInside(groupId, plate)
  if (lot.directionOf(context.deviceId) === 'out') return inside
  const isInside = (other: string) => lot.book.ofGroup(groupId).some((stay) => stay.plate === other)
  const coming = comingIn(lot, context).filter((car) => car.groupId === groupId && car.plate !== plate)
  return inside + coming.filter((car) => !isInside(car.plate)).length
}

/** A stand-in plate is on no car: what a camera has read there says nothing. */
const withoutStandIn = (signal: Recognised): Recognised =>
  signal.claimedOf === undefined && isStandInPlate(normalisePlate(signal.plate)) ? { ...signal, plate: '' } : signal

const isUnplated = ({ plate }: Recognised) => classifyPlate(normalisePlate(plate)) === 'unplated'

/** The camera sees a car without a plate again, whose driver has said in the meantime which one it is. */
const isClaimedAlready = (read: Read | undefined, signal: Recognised, at: number) =>
  read?.claimedOf !== undefined &&
  (read.decision === 'open' || read.decision === 'pay') &&
  isUnplated(signal) &&
  Math.abs(at - read.car.at) < claimedMs

/** Nobody drives in with a photo of a plate: a person has to look. */
function genuine({ isFake }: Recognised, verdict: LaneVerdict): LaneVerdict {
  if (!isFake || verdict.decision === 'refuse') return verdict
  return { ...verdict, decision: 'ask', rule: 'fake-plate', reason: '车牌需要核实，请按求助键' }
}

interface Decided {
  readonly signal: Recognised
  readonly context: SignalContext
  readonly verdict: LaneVerdict
}

function toRead(lot: Lot, { signal, context, verdict }: Decided): Read {
  const { eventId, at, deviceId: laneId } = context
  const plate = verdict.matchedPlate ?? normalisePlate(signal.plate)
  const isOut = lot.directionOf(laneId) === 'out'
  const stay = isOut ? stayInside(lot, plate, context) : undefined
  const right = verdict.right ?? 'temporary'
  const car: Car = {
    ...{ eventId, at, plate: verdict.rule === 'unplated' ? '' : plate, rawPlate: signal.plate, right, waivedFen: 0 },
    vehicleClass: vehicleClassOf(plate, signal.colour as PlateColour),
    ...(right === 'group' && groupOf(lot, plate, context)),
    ...present({ sessionId: stay?.sessionId, picture: signal.picture }),
  }
  const { decision, rule, reason, distance, dueFen, matchedPlate } = verdict
  return {
    car,
    ...{ colour: signal.colour, confidence: signal.confidence, decision, rule, reason, distance },
    candidates: candidatesOf(signal, verdict, plate),
    ...present({ matchedPlate, right: verdict.right, dueFen, claimedOf: signal.claimedOf }),
  }
}

function groupOf(lot: Lot, plate: string, context: SignalContext): Pick<Car, 'groupId'> {
  const { right } = standingOf(lot.permits.of(plate), {
    ...{ at: context.at, laneId: context.deviceId },
    groupInside: (groupId) => groupInside(lot, { groupId, plate }, context),
  })
  return right?.groupId === undefined ? {} : { groupId: right.groupId }
}

function candidatesOf({ candidates = [] }: Recognised, verdict: LaneVerdict, plate: string): string[] {
  const all = [...(verdict.candidates ?? []), ...candidates.map((other) => normalisePlate(other))]
  return Array.from(new Set(all))
    .filter((other) => other !== plate && other !== '')
    .slice(0, maxCandidates)
}

/** A car that has been told to pay before goes on waiting; the lane may let it out with a debt in the end. */
function patient(lot: Lot, laneId: string, read: Read): Read {
  if (read.decision !== 'pay') return read
  const before = lot.lanes.of(laneId).state.read
  const unpaidSince = (before?.car.plate === read.car.plate ? before.unpaidSince : undefined) ?? read.car.at
  return hasWaitedEnough(lot, laneId, { unpaidSince, now: read.car.at })
    ? { ...read, decision: 'open', rule: 'debt', reason: `停车费${yuan(read.dueFen ?? 0)}元，请补缴` }
    : { ...read, unpaidSince }
}

interface Wait {
  readonly unpaidSince?: number | undefined
  readonly now: number
}

/** Whether the lane lets out a car that does not pay and whom nobody helps. */
export function hasWaitedEnough(lot: Lot, laneId: string, { unpaidSince, now }: Wait): boolean {
  const { unpaid, unpaidPatienceSeconds } = lot.rules.policyOf(laneId)
  if (unpaid !== 'open-and-record-debt' || unpaidSince === undefined) return false
  return now - unpaidSince >= unpaidPatienceSeconds * 1000
}

/** What the platform is told of it. */
export function decisionEvent(lot: Lot, read: Read, context: SignalContext): NewAreaEvent {
  const { car, colour, confidence, decision, rule, reason, distance, candidates } = read
  const direction = lot.directionOf(context.deviceId)
  const body: LaneDecision = {
    ...{ eventId: context.eventId, direction, rawPlate: car.rawPlate, distance, colour, confidence },
    ...{ decision, rule, reason },
    ...(candidates.length > 0 && { candidates }),
    ...present({ matchedPlate: read.matchedPlate, right: read.right, dueFen: read.dueFen }),
    ...present({ sessionId: car.sessionId, picture: car.picture }),
  }
  const type = decision === 'pay' ? 'parking.exit-unpaid' : eventTypes[direction][decision]
  return { type, ...originOf(context), body }
}
