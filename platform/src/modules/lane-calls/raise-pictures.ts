import type { BaseLogger } from 'pino'
import { platformCaller } from '../../core/platform-caller.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import type { LaneRaiseRow } from '../../database/parking-tables.ts'
import type { CommandsService } from '../devices/commands.service.ts'
import type { LotsService } from '../parking/lots.service.ts'
import * as repo from './raises.repo.ts'

export interface SnapshotsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly commands: CommandsService
  readonly lots: LotsService
  readonly logger: Pick<BaseLogger, 'warn'>
}

type Lane = Awaited<ReturnType<LotsService['lane']>>

/** What a lane looked like before and after a raise, as well as its camera can tell: no raise waits for a picture. */
export function createSnapshots({ db, clock, commands, lots, logger }: SnapshotsPorts) {
  async function snapshot(caller: Caller, { cameraId, device }: Lane): Promise<string | null> {
    if (cameraId === undefined) return null
    try {
      return (await commands.send(caller, cameraId, { name: 'snapshot', args: {} })).commandId
    } catch (error) {
      logger.warn({ err: error, deviceId: cameraId, laneId: device.id }, 'no picture of a lane that is raised')
      return null
    }
  }

  async function look({ raise_id, lane_id }: LaneRaiseRow) {
    const lane = await lots.lane(platformCaller, lane_id).catch(() => undefined) // a lane that was taken down since
    const command = lane ? await snapshot(platformCaller, lane) : null
    if (command !== null) await repo.changeRaise(db, raise_id, { after_command: command })
  }

  return {
    /** The picture that the call brought, else the order to take one now. */
    async before(
      caller: Caller,
      lane: Lane,
      picture: string | undefined,
    ): Promise<Pick<LaneRaiseRow, 'picture_before' | 'before_command'>> {
      if (picture !== undefined) return { picture_before: picture, before_command: null }
      return { picture_before: null, before_command: await snapshot(caller, lane) }
    },

    /** Looks again at lanes that were raised some seconds ago; to be called every second. */
    async after(): Promise<void> {
      for (const raise of await repo.takeLooks(db, clock.now())) await look(raise)
    },
  }
}

export type Snapshots = ReturnType<typeof createSnapshots>
