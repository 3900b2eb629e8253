import type { Draft } from './draft.ts'
import { present } from './present.ts'
import type { StayBook } from './stay-book.ts'
import { createStayEvents, type Circumstances, type Settle, type StayEvents } from './stay-events.ts'
import { firstLooseExit, lastPastStay, nextEntry, openStay, pastStayAt } from './stay-history.ts'
import { begunAt, endOf, type LooseExit, type Moment, type PastStay, type Stay } from './stay.ts'

/** A car that has passed an arm on its way in. */
export interface Entering {
  readonly stay: Stay
  /** Told by the device afterwards: then its time says what came before what, else the order of arrival does. */
  readonly isLate: boolean
}

/** A car that has passed an arm on its way out. */
export interface Leaving extends Moment {
  /** The stay that the arm was opened for, where that is known. */
  readonly sessionId?: string | undefined
  /** Empty when it was not read. */
  readonly plate: string
  readonly exitId: string
  readonly laneId: string
  readonly waivedFen: number
  readonly picture?: string | undefined
  readonly isLate: boolean
}

interface Parts {
  readonly book: StayBook
  readonly events: StayEvents
}

const notes = {
  again: '同一车牌再次入场，前次离场未被记录',
  late: '离场记录先于入场记录到达',
  found: '离场记录补传',
  gone: '入场记录补传，此后已再次入场',
  old: '停放超过期限，按已离场处理',
} as const

/**
 * What a passage does to the stays. A car whose last known passage was an entry is inside, in whatever order devices
 * tell of it:
 * - who enters while inside has left unseen: the earlier stay ends as a ghost;
 * - an exit without a known entry is kept loose, and ends the stay when the entry is told;
 * - an entry that is told after a later one of the same plate begins a stay that had ended before that;
 * - an exit that falls into a ghost makes up for it; what else falls into a stay that has ended only counts.
 */
export function createStayRules(book: StayBook, settle: Settle) {
  const parts: Parts = { book, events: createStayEvents(settle) }
  return {
    /** Begins the stay of a car that has passed. Answers the stay that it belongs to. */
    enter: (draft: Draft, entering: Entering): string => enter(parts, draft, entering),
    /** Ends the stay of a car that has passed. Answers the stay that it belonged to, if it is known. */
    leave: (draft: Draft, leaving: Leaving): Stay | undefined => leave(parts, draft, leaving),
    /** Ends a stay that cannot be one any more. */
    repair: (draft: Draft, stay: Stay, now: number) =>
      ghost(parts, draft, { stay, by: { at: now, gatewayAt: now }, note: notes.old }),
  }
}

export type StayRules = ReturnType<typeof createStayRules>

const beginningOf = (stay: Stay): Moment => ({ at: stay.enteredAt, gatewayAt: begunAt(stay) })

function enter(parts: Parts, draft: Draft, { stay, isLate }: Entering): string {
  const { book, events } = parts
  const { sessionId, plate } = stay
  const beginning = beginningOf(stay)
  const { gatewayAt } = beginning
  if (book.stay(sessionId) ?? book.pastStay(sessionId)) return sessionId
  const around = isLate ? pastStayAt(book, plate, gatewayAt) : undefined
  if (around?.outcome === 'left') {
    // It has left and come back in between; the stay was told and paid as one, and stays one.
    book.nobodies.cameBack(draft, { gapId: sessionId, plate, from: begunAt(around.stay), to: gatewayAt })
    return around.stay.sessionId
  }
  if (around) book.remember(draft, endOf(around.stay, beginning, 'ghost'))
  const before = openStay(book, plate, { gatewayAt, isLate })
  if (before) ghost(parts, draft, { stay: before, by: beginning, note: notes.again })
  if (endsAtOnce(parts, draft, { stay, isLate })) return sessionId
  events.opened(draft, stay, isLate)
  book.begin(draft, stay)
  return sessionId
}

/** A stay of which the end is known before its beginning. */
function endsAtOnce(parts: Parts, draft: Draft, { stay, isLate }: Entering): boolean {
  const { book } = parts
  const { plate } = stay
  const exit = firstLooseExit(book, plate, begunAt(stay))
  const next = isLate ? nextEntry(book, plate, begunAt(stay)) : undefined
  if (exit && (next === undefined || exit.at < begunAt(next))) {
    book.nobodies.settle(draft, exit)
    const leaving = { at: exit.leftAt ?? exit.at, gatewayAt: exit.at }
    passBy(parts, draft, [endOf(stay, leaving, 'left'), circumstancesOf(exit)])
    return true
  }
  if (next === undefined) return false
  passBy(parts, draft, [endOf(stay, beginningOf(next), 'ghost'), { note: notes.gone }])
  return true
}

const circumstancesOf = ({ waivedFen, laneId, picture }: LooseExit): Circumstances => ({
  ...{ waivedFen, note: notes.late },
  exit: { laneId, picture, isLate: true },
})

/** Tells of a stay that is known only now, and has ended. */
function passBy({ book, events }: Parts, draft: Draft, [ended, circumstances]: [PastStay, Circumstances]) {
  events.opened(draft, ended.stay, true)
  book.remember(draft, ended)
  events.closed(draft, ended, circumstances)
}

interface Ghost {
  readonly stay: Stay
  /** When it had left at the latest. */
  readonly by: Moment
  readonly note: string
}

function ghost({ book, events }: Parts, draft: Draft, { stay, by, note }: Ghost) {
  const ended = endOf(stay, by, 'ghost')
  book.end(draft, ended)
  events.closed(draft, ended, { note })
}

function leave(parts: Parts, draft: Draft, leaving: Leaving): Stay | undefined {
  const { book, events } = parts
  const { sessionId, plate, waivedFen, laneId, picture, isLate } = leaving
  const exit = { laneId, picture, isLate }
  const named = sessionId === undefined ? undefined : book.stay(sessionId)
  const stay = named ?? openStay(book, plate, leaving)
  if (stay) {
    const ended = endOf(stay, leaving, 'left')
    book.end(draft, ended)
    events.closed(draft, ended, { waivedFen, exit })
    return stay
  }
  const last = lastPastStay(book, plate, leaving.gatewayAt)
  if (last?.outcome === 'ghost') {
    makeUp(parts, draft, { ghost: last, leaving })
    return last.stay
  }
  const { exitId, at: leftAt, gatewayAt: at } = leaving
  const loose = { exitId, plate, at, leftAt, laneId, waivedFen }
  book.nobodies.left(draft, { ...loose, ...present({ picture }) })
  return undefined
}

/** The exit of a ghost was seen after all. */
function makeUp({ book, events }: Parts, draft: Draft, found: { ghost: PastStay; leaving: Leaving }) {
  const { waivedFen, laneId, picture, isLate } = found.leaving
  const ended = endOf(found.ghost.stay, found.leaving, 'left')
  book.remember(draft, ended)
  events.closed(draft, ended, { waivedFen, note: notes.found, exit: { laneId, picture, isLate } })
}
