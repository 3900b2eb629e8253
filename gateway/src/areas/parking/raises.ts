import type { UplinkDown } from '@gatehouse/platform/contract'
import { normalisePlate, vehicleClassOf, type PlateColour } from '@gatehouse/platform/domain'
import { commandRepeated } from '../../errors.ts'
import type { CommandData } from '../../core/house.ts'
import { decide } from './decisions.ts'
import { Draft } from './draft.ts'
import type { Car, Read } from './lane-state.ts'
import { withOpening } from './lanes.ts'
import type { Lot } from './lot.ts'
import { openAsOrdered } from './ordered-opening.ts'
import { present } from './present.ts'

export type RaiseOrder = Extract<UplinkDown, { type: 'raise-lane' }>

/** What an operator says of a car without a plate. */
const noPlate = 'none'
/** An operator looks at the car that was read last, if that was not long ago. */
const readMs = 15 * 60_000

/** An operator lets the car in front of a lane through, whatever the lane has decided. */
export function createRaises(lot: Lot) {
  const { house, lanes } = lot

  /** On disk before the arm moves: a power cut must not make a nobody of the car. */
  async function park(order: RaiseOrder): Promise<Car> {
    const { laneId, commandId } = order
    const { state } = lanes.of(laneId)
    const isRecent = state.read && lot.timeAt(laneId) - state.read.car.at < readMs
    const car = carOf(lot, order, isRecent ? state.read : undefined)
    const draft = new Draft()
    lanes.change(draft, laneId, withOpening(state, car))
    if (!(await draft.commit(house.store, `${laneId}/raise-${commandId}`))) throw commandRepeated(commandId)
    return car
  }

  /** Resolves when the arm opens; rejects with a coded error when it does not, or not in time. */
  return async (order: RaiseOrder): Promise<CommandData> => {
    const { laneId, commandId, expiresAt } = order
    await lot.loaded
    const { turns } = lanes.of(laneId)
    const car = await turns.run(() => park(order))
    const data = await openAsOrdered(lot, { laneId, commandId, expiresAt, car })
    lot.orders.say(laneId, { plate: car.plate || car.rawPlate, reason: '请通行' })
    return data
  }
}

/** What the car comes in with: a right of the plate that the operator has chosen, though the camera misread it. */
function rightOf(lot: Lot, plate: string, laneId: string): Pick<Car, 'right' | 'groupId'> {
  if (plate === '') return { right: 'temporary' }
  const signal = { plate, colour: 'unknown', confidence: 100 }
  const context = { deviceId: laneId, eventId: 'raise', at: lot.timeAt(laneId), replayed: true }
  const read = decide(lot, signal, context)
  const { right = 'temporary', groupId } = read?.decision === 'open' && read.car.plate === plate ? read.car : {}
  return { right, ...present({ groupId }) }
}

function carOf(lot: Lot, { laneId, commandId, waivedFen, ...order }: RaiseOrder, seen: Read | undefined): Car {
  const plate = order.plate === noPlate ? '' : normalisePlate(order.plate)
  const isOut = lot.directionOf(laneId) === 'out'
  const sessionId = order.sessionId ?? lot.book.staysOf(plate).at(-1)?.sessionId
  const { car, colour = 'unknown' } = seen ?? {}
  return {
    ...{ eventId: commandId, rawPlate: plate, ...present({ picture: car?.picture }) },
    ...(car && { eventId: car.eventId, rawPlate: car.rawPlate }),
    ...{ at: lot.timeAt(laneId), plate, waivedFen },
    vehicleClass: vehicleClassOf(plate, colour as PlateColour),
    ...rightOf(lot, plate, laneId),
    ...(isOut && present({ sessionId })),
  }
}
