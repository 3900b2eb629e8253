import { isGhost } from '@gatehouse/platform/domain'
import { Draft } from './draft.ts'
import type { Lane } from './lanes.ts'
import type { Lot } from './lot.ts'
import { lookAtQueue } from './queues.ts'
import type { Reads } from './reads.ts'

const repairEveryMs = 60 * 60_000
/** A car at the gate does not wait behind repairs. */
const repairsPerCommit = 200

/** What needs no message of a device: queues, patience that ends, stays that cannot be true any more. */
export function createUpkeep(lot: Lot, reads: Reads) {
  const { house, lanes, watch, book } = lot
  let repairedAt = -Infinity

  async function lookAtArm(laneId: string): Promise<void> {
    const at = lot.timeAt(laneId)
    if (!watch.isBlocked(laneId, at)) return
    watch.told(laneId, 'blocked', at)
    const body = { eventId: `blocked-${at}`, kind: 'blocked', direction: lot.directionOf(laneId) } as const
    const draft = new Draft()
    draft.tell({ type: 'parking.lane-anomaly', at, deviceId: laneId, body })
    await draft.commit(house.store)
  }

  async function lookAt(laneId: string, lane: Lane): Promise<void> {
    if (lot.directionOf(laneId) === 'in') await lane.turns.run(() => lookAtQueue(lot, laneId))
    else if (reads.isOverdue(laneId)) await reads.decideAgain(laneId)
    await lookAtArm(laneId)
  }

  /** Ends stays that are older than any car stays, and forgets what nobody will tell of any more. */
  async function repair(now: number): Promise<void> {
    const ghosts = Array.from(book.stays()).filter(({ enteredAt }) => isGhost(enteredAt, now))
    for (let from = 0; from < ghosts.length; from += repairsPerCommit) {
      await lot.turns.run(async () => {
        const draft = new Draft()
        for (const { sessionId } of ghosts.slice(from, from + repairsPerCommit)) {
          const stay = book.stay(sessionId)
          if (stay) lot.stays.repair(draft, stay, now)
        }
        await draft.commit(house.store)
      })
    }
    await lot.turns.run(async () => {
      const draft = new Draft()
      book.forgetOld(draft, now)
      if (!draft.isEmpty) await draft.commit(house.store)
    })
  }

  return {
    /** Called every second or so. Resolves when what was due is done. */
    async tick(): Promise<void> {
      if (!lot.isLoaded()) return
      const now = house.clock.now()
      for (const [laneId, lane] of Array.from(lanes.entries())) await lookAt(laneId, lane)
      if (now - repairedAt < repairEveryMs && !book.isCrowded()) return
      repairedAt = now
      await repair(now)
    },
  }
}

export type Upkeep = ReturnType<typeof createUpkeep>
