import type { Caller } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { laneNotFound, laneTokenUnknown } from '../../errors.ts'
import * as lanes from './lanes.repo.ts'
import { laneToken, readLaneToken } from './tokens.ts'

/** What the QR codes at lanes say, and which lane one stands for. */
export function createLaneCodes({ db, key }: { readonly db: Database; readonly key: Buffer }) {
  async function laneOf(token: string): Promise<lanes.PayLane> {
    const read = readLaneToken(key, token)
    const lane = read && (await lanes.findLane(db, read.laneId))
    if (!lane || (await lanes.tokenVersion(db, lane.laneId)) !== read.version) throw laneTokenUnknown()
    return lane
  }

  async function code(caller: Caller, laneId: string) {
    const lane = await lanes.findLane(db, laneId, caller.scope)
    if (!lane) throw laneNotFound(laneId)
    const token = laneToken(key, { laneId, version: await lanes.tokenVersion(db, laneId) })
    return { laneToken: token, path: `/pay/${token}` }
  }

  /** Earlier codes of the lane are void from now on. */
  async function renew(caller: Caller, laneId: string) {
    if (!(await lanes.findLane(db, laneId, caller.scope))) throw laneNotFound(laneId)
    await lanes.renewToken(db, laneId)
    return code(caller, laneId)
  }

  return { laneOf, code, renew }
}
