import type { UplinkDown } from '@gatehouse/platform/contract'
import { isFirstHeld } from '../../core/held-changes.ts'
import type { CommandData } from '../../core/house.ts'
import { carHasPlate, commandExpired, commandRepeated, noCarAtLane } from '../../errors.ts'
import { decide } from './decisions.ts'
import type { Read } from './lane-state.ts'
import type { Lot } from './lot.ts'
import { openAsOrdered } from './ordered-opening.ts'
import { present } from './present.ts'
import { keep, type Kept } from './reads.ts'

export type ClaimOrder = Extract<UplinkDown, { type: 'claim-lane' }>

/** Whoever has not passed or gone back after this time has left unseen, unless the loop says otherwise. */
const standsMs = 5 * 60_000
/** From the plate camera to the loop. */
const approachMs = 60_000

interface Sighting {
  /** The read of it, if the camera has noticed it at all. */
  readonly seen?: Read
  /** When the lane last noticed it, lane's clock. */
  readonly at: number
}

const isWithoutPlate = ({ rule, claimedOf }: Read) => rule === 'unplated' || claimedOf !== undefined

/** The car without a plate that stands in front of a lane: whoever claims from elsewhere opens nothing. */
function carAt(lot: Lot, laneId: string): Sighting {
  const now = lot.timeAt(laneId)
  const waitingSince = lot.watch.waitingSince(laneId, now)
  const seen = lot.lanes.of(laneId).state.read
  if (seen) {
    const at = seen.claimedOf ?? seen.car.at
    const isRecent = now - at <= standsMs
    if (isWithoutPlate(seen) && isRecent) return { seen, at }
    const isStillThere = isRecent || (waitingSince !== undefined && waitingSince - at < approachMs)
    // Otherwise whoever owes for a plate would leave by a stay that has just begun.
    if (!isWithoutPlate(seen) && isStillThere) throw carHasPlate()
  }
  if (waitingSince === undefined) throw noCarAtLane()
  return { at: now }
}

/** A driver says by phone that the car in front of a lane is the one that a stand-in plate names. */
export function createClaims(lot: Lot) {
  const { house, lanes } = lot

  /** A full disk must keep nobody in: what it holds back is written when there is room. */
  const isKept = (kept: Kept): Promise<boolean> =>
    keep(lot, kept, () => undefined).catch((error: unknown) => {
      if (isFirstHeld(error)) return true
      throw error
    })

  /** Decided like a read of that plate, and on disk before the arm moves. */
  async function decideOn({ laneId, commandId, plate, expiresAt }: ClaimOrder): Promise<Read> {
    if (house.clock.now() >= expiresAt) throw commandExpired(commandId)
    const { seen, at: claimedOf } = carAt(lot, laneId)
    const at = Math.max(lot.timeAt(laneId), seen?.car.at ?? 0)
    const context = { deviceId: laneId, eventId: seen?.car.eventId ?? commandId, at, replayed: false }
    const signal = { plate, colour: 'unknown', confidence: 100, claimedOf, ...present({ picture: seen?.car.picture }) }
    lanes.of(laneId).answered = undefined
    const read = decide(lot, signal, context)
    if (!read || !(await isKept({ read, context, cause: `${laneId}/claim-${commandId}` })))
      throw commandRepeated(commandId)
    return read
  }

  /** Resolves with what was decided, when the arm has opened if it is to; rejects with a coded error otherwise. */
  return async (order: ClaimOrder): Promise<CommandData> => {
    const { laneId, commandId, expiresAt, plate } = order
    await lot.loaded
    const lane = lanes.of(laneId)
    const { car, decision, rule, reason, dueFen } = await lane.turns.run(() => decideOn(order))
    lot.orders.say(laneId, { plate, reason })
    if (decision === 'open')
      await openAsOrdered(lot, { laneId, commandId, expiresAt, car }).catch((error: unknown) => {
        lane.answered = undefined
        throw error
      })
    return { decision, rule, ...present({ dueFen }) }
  }
}
