import { isQueue } from '@gatehouse/platform/domain'
import { Draft } from './draft.ts'
import type { LaneState } from './lane-state.ts'
import type { Lot } from './lot.ts'

/** Tells that cars wait at an entrance before they block the road, and when they are gone: each once. */
export async function lookAtQueue(lot: Lot, laneId: string): Promise<void> {
  const now = lot.timeAt(laneId)
  const { queueingSince, ...state } = lot.lanes.of(laneId).state
  const occupiedSince = lot.watch.waitingSince(laneId, now)
  const waiting = occupiedSince === undefined ? 0 : carsAt(state)
  const queueing = isQueue({ waiting, occupiedSince, now }, lot.rules.policyOf(laneId))
  if (queueing === (queueingSince !== undefined)) return
  const since = queueingSince ?? occupiedSince ?? now
  const draft = new Draft()
  lot.lanes.change(draft, laneId, queueing ? { ...state, queueingSince: since } : state)
  const body = { queueing, cars: queueing ? Math.max(1, waiting) : 0, since }
  draft.tell({ type: 'parking.queue-changed', at: now, deviceId: laneId, body })
  await draft.commit(lot.house.store)
}

/** Read, and neither passed nor turned round. */
function carsAt({ openings, read }: LaneState): number {
  const isReadBesides = read !== undefined && !openings.some(({ plate }) => plate === read.car.plate)
  return openings.length + (isReadBesides ? 1 : 0)
}
