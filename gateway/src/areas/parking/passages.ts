import { causeOf, originOf } from '../../core/house.ts'
import type { SignalContext } from '../../core/signals.ts'
import { Draft } from './draft.ts'
import type { Car } from './lane-state.ts'
import { attribute, type Attribution } from './lanes.ts'
import type { Lot } from './lot.ts'
import { present } from './present.ts'
import type { Moment, Stay } from './stay.ts'

/** As long as a name of a stay may be. */
const maxSessionId = 128

interface Passage {
  readonly context: SignalContext
  readonly found: Attribution
  readonly draft: Draft
}

/** What happens when a car has gone through a lane, or back. Only who goes through changes what is inside. */
export function createPassages(lot: Lot) {
  const { house, lanes } = lot

  /** Who comes in unread changes the stays of none, and need not wait until the disk has taken those of others. */
  const concernsStays = ({ deviceId, at, replayed }: SignalContext) =>
    lot.directionOf(deviceId) === 'out' || attribute(lanes.of(deviceId).state, at, replayed).car !== undefined

  async function pass(context: SignalContext): Promise<void> {
    const { deviceId: laneId, eventId, at, replayed } = context
    const passage = { context, found: attribute(lanes.of(laneId).state, at, replayed), draft: new Draft() }
    forget(lot, passage)
    const { plate, sessionId } = passThrough(lot, passage)
    const body = { eventId, direction: lot.directionOf(laneId), plate, ...present({ sessionId }) }
    passage.draft.tellFirst({ type: 'parking.vehicle-passed', ...originOf(context), body })
    if (!replayed) tellAnomaly(lot, passage)
    await passage.draft.commit(house.store, causeOf(context))
  }

  async function goBack(context: SignalContext): Promise<void> {
    const { deviceId: laneId, eventId, at, replayed } = context
    const passage = { context, found: attribute(lanes.of(laneId).state, at, replayed), draft: new Draft() }
    forget(lot, passage)
    const { car } = passage.found
    const known = present({ plate: car?.plate, sessionId: car?.sessionId })
    const body = { eventId, direction: lot.directionOf(laneId), ...known }
    passage.draft.tell({ type: 'parking.vehicle-reversed', ...originOf(context), body })
    await passage.draft.commit(house.store, causeOf(context))
  }

  return {
    async passed(context: SignalContext): Promise<void> {
      await lot.loaded
      lanes.heard(context, house.clock.now())
      await lanes
        .of(context.deviceId)
        .turns.run(() => (concernsStays(context) ? lot.turns.run(() => pass(context)) : pass(context)))
    },
    async reversed(context: SignalContext): Promise<void> {
      await lot.loaded
      lanes.heard(context, house.clock.now())
      await lanes.of(context.deviceId).turns.run(() => goBack(context))
    },
  }
}

function passThrough(lot: Lot, passage: Passage): { readonly plate: string; readonly sessionId?: string | undefined } {
  const { context, found, draft } = passage
  const plate = found.car?.plate ?? ''
  const isIn = lot.directionOf(context.deviceId) === 'in'
  const { gatewayAt } = lot.lanes.momentOf(context)
  lot.book.crossed(draft, { crossingId: causeOf(context), at: gatewayAt, by: isIn ? 1 : -1 })
  if (isIn) return { plate, sessionId: enter(lot, passage) }
  const stay = leave(lot, passage)
  return { plate: stay?.plate ?? plate, sessionId: stay?.sessionId }
}

/** Answers the stay that began; nothing when nobody has read the car: it is counted, and that is all there is. */
function enter({ stays, lanes }: Lot, { context, found: { car }, draft }: Passage): string | undefined {
  return car && stays.enter(draft, { stay: stayOf(car, context, lanes.momentOf(context)), isLate: context.replayed })
}

/** A stay ends when its car is read at the exit and let go, and is counted when it has passed. */
function leave({ stays, lanes }: Lot, { context, found: { car }, draft }: Passage): Stay | undefined {
  const { at, replayed, deviceId } = context
  return stays.leave(draft, {
    ...{ sessionId: car?.sessionId, plate: car?.plate ?? '', exitId: causeOf(context), laneId: deviceId },
    ...lanes.momentOf({ deviceId, at: car?.at ?? at }),
    ...{ waivedFen: car?.waivedFen ?? 0, picture: car?.picture, isLate: replayed },
  })
}

function tellAnomaly({ watch, directionOf }: Lot, { context, found: { car, isExpected }, draft }: Passage) {
  const { deviceId: laneId, eventId, at } = context
  const kind = watch.judge(laneId, at, isExpected)
  draft.after(() => watch.passed(laneId, at, isExpected))
  if (!kind) return
  draft.after(() => watch.told(laneId, kind, at))
  const body = { eventId, kind, direction: directionOf(laneId), ...present({ plate: car?.plate }) }
  draft.tell({ type: 'parking.lane-anomaly', ...originOf(context), body })
}

/** The car is gone from the lane. */
function forget({ lanes }: Lot, { context, found: { car, state }, draft }: Passage) {
  const lane = lanes.of(context.deviceId)
  lanes.change(draft, context.deviceId, state)
  draft.after(() => {
    if (!car || lane.answered?.rawPlate === car.rawPlate) lane.answered = undefined
  })
}

function stayOf(car: Car, { deviceId: laneId }: SignalContext, { at: enteredAt, gatewayAt }: Moment): Stay {
  const { eventId, plate, rawPlate, vehicleClass, right, groupId, picture } = car
  return {
    ...{ sessionId: `${laneId}/${eventId}`.slice(0, maxSessionId), plate, rawPlate, vehicleClass, right },
    ...{ enteredAt, gatewayAt, laneId },
    ...present({ groupId, picture }),
  }
}
