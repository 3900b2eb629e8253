/**
 * One car in front of one lane: `recognised → decided → opened → passed | reversed`. Only `passed` changes what is
 * inside: a session that begins at recognition leaves a ghost for every car that turns round.
 */
export type LaneVisitState = 'recognised' | 'decided' | 'opened' | 'passed' | 'reversed'

export type LaneVisitEvent =
  | { readonly type: 'read' }
  | { readonly type: 'decided' }
  /** The controller has acknowledged that the arm goes up. */
  | { readonly type: 'opened' }
  /** The loop under the arm was released on the far side. */
  | { readonly type: 'passed' }
  | { readonly type: 'reversed' }
  /** Nothing moved for as long as the lane waits. */
  | { readonly type: 'timed-out' }

export interface LaneVisit {
  readonly state: LaneVisitState
  /** By how much this visit has changed the number of cars inside. */
  readonly occupancy: -1 | 0 | 1
}

export const newVisit: LaneVisit = { state: 'recognised', occupancy: 0 }

const ended: ReadonlySet<LaneVisitState> = new Set(['passed', 'reversed'])

/** The next state; what cannot follow changes nothing, because devices repeat themselves and lose words. */
export function advanceVisit(visit: LaneVisit, event: LaneVisitEvent, direction: 'in' | 'out'): LaneVisit {
  if (ended.has(visit.state)) return visit
  switch (event.type) {
    case 'read':
      return visit
    case 'decided':
      return visit.state === 'recognised' ? { ...visit, state: 'decided' } : visit
    case 'opened':
      return { ...visit, state: 'opened' }
    case 'passed':
      // Also when nobody is known to have opened: an arm can be raised by hand, and the car is through all the same.
      return { state: 'passed', occupancy: direction === 'in' ? 1 : -1 }
    case 'reversed':
    case 'timed-out':
      return { state: 'reversed', occupancy: 0 }
  }
}

/** A stay that nobody saw end: it is older than any car stays, or the car comes in again. */
export interface GhostRule {
  readonly afterDays: number
}

export const defaultGhostRule: GhostRule = { afterDays: 30 }

/** Whether a stay is older than the repair rule allows; it is closed then, and its car is not counted any more. */
export const isGhost = (enteredAt: number, now: number, { afterDays }: GhostRule = defaultGhostRule): boolean =>
  now - enteredAt > afterDays * 86_400_000
