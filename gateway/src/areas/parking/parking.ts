import type { DesiredBody } from '@gatehouse/platform/contract'
import type { CommandData, House, SignalHandlers } from '../../core/house.ts'
import { createClaims, type ClaimOrder } from './claims.ts'
import { createLaneReports } from './lane-reports.ts'
import { createLot } from './lot.ts'
import { createPassages } from './passages.ts'
import { createRaises, type RaiseOrder } from './raises.ts'
import { createReads, type OnDecided } from './reads.ts'
import { createUpkeep } from './upkeep.ts'

/** The lanes: who may drive in and out, who is inside, and what that costs. */
export function createParkingArea(house: House, onDecided: OnDecided) {
  const lot = createLot(house)
  const reads = createReads(lot, onDecided)
  const passages = createPassages(lot)
  const reports = createLaneReports(lot)
  const raise = createRaises(lot)
  const claim = createClaims(lot)
  const upkeep = createUpkeep(lot, reads)

  /** The list is stored, whatever becomes of one car. */
  const lookAgain = (laneId: string) =>
    reads
      .decideAgain(laneId)
      .catch((error: unknown) => house.logger.error({ err: error, deviceId: laneId }, 'news not acted upon'))
  const lookAgainEverywhere = () => Promise.all(Array.from(lot.lanes.entries(), ([laneId]) => lookAgain(laneId)))

  const signals: SignalHandlers = {
    'vehicle-recognised': (signal, context) => reads.recognised(signal, context),
    'vehicle-passed': (_signal, context) => passages.passed(context),
    'vehicle-reversed': (_signal, context) => passages.reversed(context),
    'help-requested': (signal, context) => reports.helpRequested(signal, context),
    'lane-anomaly': (signal, context) => reports.anomaly(signal, context),
    // The next tick sees what it means: a report does not wait for that.
    'lane-state-changed': async (signal, context) => {
      lot.lanes.heard(context, house.clock.now())
      if (!context.replayed) lot.watch.changed(context.deviceId, signal, context.at)
    },
  }

  return {
    signals,
    /** Whether everything that was stored still fits, by list of the platform. */
    isWhole: (list: 'parking' | 'payments') =>
      list === 'payments' ? lot.credits.isWhole() : lot.permits.isWhole() && lot.rules.isWhole(),
    load: () => lot.load(),
    /** Cars that wait are looked at again at once: a permit may have been renewed. */
    async applyDesired({ permits, rules }: DesiredBody<'parking'>): Promise<[]> {
      await lot.loaded
      await lot.rules.replace(rules)
      await lot.permits.replace(permits)
      await lookAgainEverywhere()
      return []
    },
    /** Cars that wait at an exit are looked at again at once: they may have paid. */
    async applyPayments(body: DesiredBody<'payments'>): Promise<[]> {
      await lot.loaded
      await lot.credits.replace(body)
      await lookAgainEverywhere()
      return []
    },
    /** Lets the car in front of a lane through, as an operator has decided. */
    raise: (order: RaiseOrder): Promise<CommandData> => raise(order),
    /** Decides about the car in front of a lane by the plate that its driver claims for it. */
    claim: (order: ClaimOrder): Promise<CommandData> => claim(order),
    /** Looks at what time alone changes. To be called every second or so. */
    tick: () => upkeep.tick(),
    /** Cars inside. */
    occupancy: () => lot.book.occupancy(),
  }
}

export type ParkingArea = ReturnType<typeof createParkingArea>
