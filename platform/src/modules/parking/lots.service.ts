import type { LaneView, LotView } from '../../contract/index.ts'
import { platformCaller } from '../../core/platform-caller.ts'
import type { Caller } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { laneNotFound } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import type { DevicesService } from '../devices/devices.service.ts'
import { lanesAmong, type Lane } from './lane-devices.ts'
import * as lots from './lots.repo.ts'
import { lastReads } from './passages.repo.ts'
import { findRules } from './rules.repo.ts'
import { countInside } from './sessions.repo.ts'

export interface LotsPorts {
  readonly db: Database
  readonly compounds: CompoundsService
  readonly devices: DevicesService
}

const shownReads = 5
/** Lots and lanes as they are now. */
export function createLotsService({ db, compounds, devices }: LotsPorts) {
  const lanesOf = async (caller: Caller, compoundId: string): Promise<Lane[]> =>
    lanesAmong(await devices.list(caller, { compoundId }), await devices.settingsOf(compoundId))

  async function viewLane({ device, direction, cameraId }: Lane, queue: LaneView['queue']): Promise<LaneView> {
    const { id, compoundId, name, online, readings } = device
    const { arm, loop } = readings
    return {
      ...{ laneId: id, compoundId, name, direction, online },
      ...(typeof arm === 'string' && { arm }),
      ...(typeof loop === 'boolean' && { loop }),
      ...(cameraId !== undefined && { cameraId }),
      reads: await lastReads(db, { compoundId, laneId: id }, shownReads),
      ...(queue && { queue }),
    }
  }

  async function viewLot(caller: Caller, compoundId: string): Promise<LotView> {
    const [lanes, queues] = [await lanesOf(caller, compoundId), await lots.queuesOf(db, compoundId)]
    const capacity = (await findRules(db, compoundId))?.capacity
    return {
      compoundId,
      inside: await countInside(db, compoundId),
      ...(capacity !== undefined && { capacity }),
      lanes: await Promise.all(lanes.map((lane) => viewLane(lane, queues.get(lane.device.id)))),
    }
  }

  return {
    async list(caller: Caller, { compoundId }: { readonly compoundId?: string }): Promise<LotView[]> {
      const wanted = compoundId === undefined ? await compounds.list(caller) : [await compounds.get(caller, compoundId)]
      const views: LotView[] = []
      for (const { id } of wanted) views.push(await viewLot(caller, id))
      return views
    },

    view: (compoundId: string) => viewLot(platformCaller, compoundId),

    /** One lane in the caller's area, whichever compound it belongs to. */
    async lane(caller: Caller, laneId: string): Promise<Lane> {
      const { compoundId } = await devices.get(caller, laneId)
      const lane = (await lanesOf(caller, compoundId)).find(({ device }) => device.id === laneId)
      if (!lane) throw laneNotFound(laneId)
      return lane
    },
  }
}

export type LotsService = ReturnType<typeof createLotsService>
