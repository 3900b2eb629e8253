import type { AreaEventBody } from '@gatehouse/platform/contract'
import type { DeviceSignal } from '../../core/signals.ts'

type LaneStateSignal = Extract<DeviceSignal, { type: 'lane-state-changed' }>
type Anomaly = AreaEventBody<'parking.lane-anomaly'>['kind']

/** A car that follows through an arm that is still up does so within this time. */
const followMs = 20_000
/** A controller lets the arm down some seconds after the loop is free; only then is it shut for whoever comes next. */
const shutMs = 15_000
/** The same thing seen by the controller and by us is told once. */
const sameThingMs = 60_000
/** An open arm over an occupied loop: somebody has broken down, or stands there to keep it open. */
const blockedMs = 2 * 60_000
/** Cars that follow each other leave the loop free for so long. */
const gapMs = 4_000

interface Watch {
  arm?: LaneStateSignal['arm']
  armAt: number
  isOccupied: boolean
  /** Since when the loop or the radar has been occupied, short gaps apart. */
  occupiedSince?: number | undefined
  freeSince: number
  /** When the last car passed that the arm was opened for, while the arm has not been down since. */
  passedAt?: number | undefined
  readonly toldAt: Map<Anomaly, number>
}

/** What a start of the gateway may forget of arms, loops and radars: how they stand now is told again. */
export function createLaneWatch() {
  const watches = new Map<string, Watch>()
  const watchOf = (laneId: string): Watch => {
    let watch = watches.get(laneId)
    if (!watch) {
      watch = { armAt: 0, isOccupied: false, freeSince: 0, toldAt: new Map() }
      watches.set(laneId, watch)
    }
    return watch
  }

  function isNews(watch: Watch, anomaly: Anomaly, at: number): boolean {
    const told = watch.toldAt.get(anomaly)
    return told === undefined || Math.abs(at - told) >= sameThingMs
  }

  return {
    changed(laneId: string, { arm, loop, radar }: LaneStateSignal, at: number) {
      const watch = watchOf(laneId)
      if (arm !== undefined && arm !== watch.arm) {
        Object.assign(watch, { arm, armAt: at })
        if (arm === 'closed') watch.passedAt = undefined
      }
      const isOccupied = loop === true || radar === true
      if (isOccupied === watch.isOccupied) return
      watch.isOccupied = isOccupied
      if (!isOccupied) watch.freeSince = at
      else if (watch.occupiedSince === undefined || at - watch.freeSince > gapMs) watch.occupiedSince = at
    },

    /** Since when cars have stood in front of the arm one behind the other; nothing when nobody does. */
    waitingSince(laneId: string, now: number): number | undefined {
      const watch = watchOf(laneId)
      if (!watch.isOccupied && now - watch.freeSince > gapMs) watch.occupiedSince = undefined
      return watch.occupiedSince
    },

    /** What is wrong with a passage, if that is news. */
    judge(laneId: string, at: number, isExpected: boolean): Anomaly | undefined {
      const watch = watchOf(laneId)
      const { passedAt, arm, armAt } = watch
      if (isExpected) return undefined
      // Each passage is one cycle of the loop under the open arm: a second one for the same opening.
      const isFollower = passedAt !== undefined && at - passedAt < followMs
      if (isFollower) return isNews(watch, 'tailgating', at) ? 'tailgating' : undefined
      // The guard, the fire alarm and a technician move the arm; whoever breaks through does not.
      const isShut = arm === 'closed' && at - armAt > shutMs
      return isShut && isNews(watch, 'forced-opening', at) ? 'forced-opening' : undefined
    },

    passed(laneId: string, at: number, isExpected: boolean) {
      if (isExpected) watchOf(laneId).passedAt = at
    },

    told: (laneId: string, anomaly: Anomaly, at: number) => void watchOf(laneId).toldAt.set(anomaly, at),

    /** Whether that was not told a moment ago. */
    isNews: (laneId: string, anomaly: Anomaly, at: number) => isNews(watchOf(laneId), anomaly, at),

    /** Whether a car has stood under the open arm for too long, if that is news. */
    isBlocked(laneId: string, now: number): boolean {
      const watch = watchOf(laneId)
      const { arm, armAt, isOccupied, occupiedSince = now } = watch
      const isOpen = arm === 'open' && now - armAt >= blockedMs
      if (!isOpen || !isOccupied || now - occupiedSince < blockedMs) return false
      return (watch.toldAt.get('blocked') ?? -Infinity) < armAt && isNews(watch, 'blocked', now)
    },
  }
}

export type LaneWatch = ReturnType<typeof createLaneWatch>
