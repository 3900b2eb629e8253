import { isHeld, isFirstHeld } from '../../core/held-changes.ts'
import { causeOf } from '../../core/house.ts'
import type { SignalContext } from '../../core/signals.ts'
import { decide, decisionEvent, hasWaitedEnough, type Recognised } from './decisions.ts'
import { Draft } from './draft.ts'
import type { LaneState, Read } from './lane-state.ts'
import { withOpening } from './lanes.ts'
import type { Lot } from './lot.ts'

/** Told the time from the plate to the command, ms. */
export type OnDecided = (tookMs: number) => void

/** A car that was told to pay and of which nothing was seen since is no longer there. */
const waitingMs = 30 * 60_000
/** Nor one whose permit had ended at the entrance: it turns round sooner than it renews. */
const renewingMs = 10 * 60_000

/** For how long (ms) a car waits for something that may be paid meanwhile. */
function patienceOf({ decision, rule }: Read): number {
  if (decision === 'pay') return waitingMs
  return rule === 'permit-expired' ? renewingMs : 0
}

const isSame = (one: Read, other: Read) => one.decision === other.decision && one.dueFen === other.dueFen

/** What happens when a camera has read a plate, and when what the car waits for has come. */
export function createReads(lot: Lot, onDecided: OnDecided) {
  const { house, lanes } = lot

  async function take(signal: Recognised, context: SignalContext): Promise<boolean> {
    const read = decide(lot, signal, context)
    if (read) return keep(lot, { read, context, cause: causeOf(context) })
    // The first read speaks for this car; it must be safe before its repetition is acknowledged.
    if (!lanes.of(context.deviceId).isDurable) await new Draft().commit(house.store, causeOf(context))
    return false
  }

  /** Looks again at a car that was not let through: it may have paid, renewed its permit, or waited long enough. */
  async function lookAgain(laneId: string): Promise<void> {
    const lane = lanes.of(laneId)
    const now = lot.timeAt(laneId)
    const before = lane.state.read
    if (!before || now - before.car.at >= patienceOf(before)) return
    const { car, colour, confidence, candidates, claimedOf } = before
    const context = { deviceId: laneId, eventId: car.eventId, at: Math.max(now, car.at), replayed: false }
    lane.answered = undefined
    const read = decide(lot, { ...car, plate: car.rawPlate, colour, confidence, candidates, claimedOf }, context)
    if (!read || isSame(read, before)) return
    await keep(lot, { read, context, cause: `${laneId}/${car.eventId}#${read.decision}-${read.dueFen ?? 0}` })
  }

  return {
    async recognised(signal: Recognised, context: SignalContext): Promise<void> {
      const started = performance.now()
      await lot.loaded
      lanes.heard(context, house.clock.now())
      const isAnswered = await lanes.of(context.deviceId).turns.run(() => take(signal, context))
      if (isAnswered) onDecided(performance.now() - started)
    },
    decideAgain: (laneId: string): Promise<void> => lanes.of(laneId).turns.run(() => lookAgain(laneId)),
    /** Whether the car at a lane has waited long enough without paying. */
    isOverdue(laneId: string): boolean {
      const read = lanes.of(laneId).state.read
      const now = lot.timeAt(laneId)
      return read?.decision === 'pay' && hasWaitedEnough(lot, laneId, { unpaidSince: read.unpaidSince, now })
    },
  }
}

export type Reads = ReturnType<typeof createReads>

type Answer = (lot: Lot, read: Read, context: SignalContext) => void

export interface Kept {
  readonly read: Read
  readonly context: SignalContext
  readonly cause: string
}

/** What is written down of a decision. */
function draftOf(lot: Lot, read: Read, context: SignalContext): Draft {
  const { deviceId: laneId, replayed } = context
  const lane = lot.lanes.of(laneId)
  const draft = new Draft()
  draft.tell(decisionEvent(lot, read, context))
  lot.lanes.change(draft, laneId, remembered(lane.state, read, replayed))
  const { decision, car } = read
  if (!replayed) draft.after(() => (lane.answered = { rawPlate: car.rawPlate, at: car.at, decision }))
  return draft
}

/** Writes a decision down, then carries it out. Answers whether it was carried out. */
export async function keep(lot: Lot, { read, context, cause }: Kept, carryOut: Answer = answer): Promise<boolean> {
  const lane = lot.lanes.of(context.deviceId)
  const isLive = !context.replayed
  lane.deciding = isLive && read.decision === 'open' ? read.car : undefined
  try {
    const isNews = await draftOf(lot, read, context).commit(lot.house.store, cause)
    lane.isDurable = true
    if (isNews && isLive) carryOut(lot, read, context)
    return isNews && isLive
  } catch (error) {
    lane.isDurable = !isHeld(error)
    // A full disk must keep nobody in; the message is not acknowledged, and is written when there is room.
    if (isFirstHeld(error) && isLive) carryOut(lot, read, context)
    throw error
  } finally {
    lane.deciding = undefined
  }
}

function answer(lot: Lot, { car, decision, reason }: Read, context: SignalContext): void {
  const lane = lot.lanes.of(context.deviceId)
  lot.orders.answer(context, { decision, reason, plate: car.plate || car.rawPlate }, () => {
    // The arm did not move: a second look at the same plate must be able to try again.
    lane.answered = undefined
  })
}

/** A read that is told afterwards is history: that car is long gone, and nothing is opened for it. */
function remembered(state: LaneState, read: Read, replayed: boolean): LaneState {
  if (replayed) return { ...state, history: read }
  const next = { ...state, read }
  return read.decision === 'open' ? withOpening(next, read.car) : next
}
