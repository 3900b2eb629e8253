import { causeOf, originOf } from '../../core/house.ts'
import type { DeviceSignal, SignalContext } from '../../core/signals.ts'
import { Draft } from './draft.ts'
import type { Read } from './lane-state.ts'
import type { Lot } from './lot.ts'
import { present } from './present.ts'

type SignalOf<T> = Extract<DeviceSignal, { type: T }>

/** The car that somebody asks for help with was read not longer ago than this. */
const readMs = 15 * 60_000

/** What a lane tells besides cars: that somebody needs help, and that something is wrong. */
export function createLaneReports(lot: Lot) {
  const { house, watch } = lot

  return {
    async helpRequested({ picture }: SignalOf<'help-requested'>, context: SignalContext): Promise<void> {
      await lot.loaded
      const { deviceId: laneId, eventId, at, replayed } = context
      const { state } = lot.lanes.of(laneId)
      const read = replayed ? state.history : state.read
      const draft = new Draft()
      draft.tell({
        type: 'parking.help-requested',
        ...originOf(context),
        body: {
          ...{ eventId, direction: lot.directionOf(laneId) },
          ...(read && Math.abs(at - read.car.at) < readMs && knownOf(read)),
          ...present({ picture }),
        },
      })
      if ((await draft.commit(house.store, causeOf(context))) && !replayed) lot.orders.reassure(laneId)
    },

    async anomaly({ anomaly: kind, picture }: SignalOf<'lane-anomaly'>, context: SignalContext): Promise<void> {
      await lot.loaded
      const { deviceId: laneId, eventId, at, replayed } = context
      const draft = new Draft()
      if (replayed || watch.isNews(laneId, kind, at)) {
        const body = { eventId, kind, direction: lot.directionOf(laneId), ...present({ picture }) }
        draft.tell({ type: 'parking.lane-anomaly', ...originOf(context), body })
      }
      if (!replayed) draft.after(() => watch.told(laneId, kind, at))
      await draft.commit(house.store, causeOf(context))
    },
  }
}

function knownOf({ car, candidates, dueFen, reason }: Read) {
  return {
    rawPlate: car.rawPlate,
    ...(candidates.length > 0 && { candidates }),
    ...present({ sessionId: car.sessionId, dueFen }),
    reason,
  }
}
