/** What a lane controller shows of itself. */
export interface LaneState {
  readonly arm: 'closed' | 'opening' | 'open' | 'closing' | 'fault'
  /** A car is on the loop under the arm. */
  readonly loop: boolean
  /** Something is in the way of the arm. */
  readonly radar?: boolean
}

/** Lowering the arm is the controller's job; whoever asks for it must not while something is under it. */
export const mayClose = ({ loop, radar = false }: LaneState) => !loop && !radar

export interface LaneMotion {
  /** Cars that were let through by the present opening: one, until somebody raises the arm again. */
  readonly openedFor: number
  /** Cars that went through since it was opened. */
  readonly passed: number
}

export type LaneAnomaly = 'tailgating' | 'forced-opening'

/** Judges a car that went through: a second one for one opening is a tailgater, one without any was never let in. */
export function judgePassage({ openedFor, passed }: LaneMotion): LaneAnomaly | undefined {
  if (openedFor === 0) return 'forced-opening'
  return passed >= openedFor ? 'tailgating' : undefined
}

export interface QueueRule {
  readonly queueCars: number
  readonly queueSeconds: number
}

export interface QueueSight {
  /** Cars read at the entrance that have neither passed nor turned round. */
  readonly waiting: number
  /** Since when the loop is occupied without a break, UTC ms. */
  readonly occupiedSince?: number | undefined
  readonly now: number
}

/** Whether an entrance is about to block the road. */
export function isQueue({ waiting, occupiedSince, now }: QueueSight, { queueCars, queueSeconds }: QueueRule): boolean {
  if (waiting >= queueCars) return true
  return occupiedSince !== undefined && now - occupiedSince >= queueSeconds * 1000
}
