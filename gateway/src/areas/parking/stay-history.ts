import type { StayBook } from './stay-book.ts'
import { begunAt, endedAt, type LooseExit, type PastStay, type Stay } from './stay.ts'

/** As the same plate came in next, as far as is known. Times are UTC ms of the gateway here. */
export function nextEntry(book: StayBook, plate: string, after: number): Stay | undefined {
  const known = [...book.staysOf(plate), ...book.pastStaysOf(plate).map(({ stay }) => stay)]
  return lowest(
    known.filter((stay) => begunAt(stay) > after),
    begunAt,
  )
}

export const pastStayAt = (book: StayBook, plate: string, at: number): PastStay | undefined =>
  book.pastStaysOf(plate).find((past) => begunAt(past.stay) <= at && at < endedAt(past))

/** The last stay that had begun by then, and has ended. */
export const lastPastStay = (book: StayBook, plate: string, by: number): PastStay | undefined =>
  lowest(
    book.pastStaysOf(plate).filter(({ stay }) => begunAt(stay) <= by),
    ({ stay }) => -begunAt(stay),
  )

export const firstLooseExit = (book: StayBook, plate: string, since: number): LooseExit | undefined =>
  lowest(
    book.nobodies.exitsOf(plate).filter(({ at }) => at >= since),
    ({ at }) => at,
  )

interface Told {
  readonly gatewayAt: number
  readonly isLate: boolean
}

/** By the order of events when they are told at once, by their times when they are told afterwards. */
export const openStay = (book: StayBook, plate: string, { gatewayAt, isLate }: Told): Stay | undefined =>
  book.staysOf(plate).findLast((stay) => !isLate || begunAt(stay) <= gatewayAt)

function lowest<T>(things: readonly T[], of: (thing: T) => number): T | undefined {
  return things.reduce<T | undefined>((low, one) => (low !== undefined && of(low) <= of(one) ? low : one), undefined)
}
