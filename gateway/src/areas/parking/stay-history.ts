import type { StayBook } from './stay-book.ts'
import type { LooseExit, Moment, PastStay, Stay } from './stay.ts'

/** When the same plate came in next, as far as is known. */
export function nextEntry(book: StayBook, plate: string, at: number): number | undefined {
  const known = [...book.staysOf(plate), ...book.pastStaysOf(plate).map(({ stay }) => stay)]
  const later = known.map(({ enteredAt }) => enteredAt).filter((enteredAt) => enteredAt > at)
  return later.length > 0 ? Math.min(...later) : undefined
}

/** Whether the car was in by then. Two lanes are compared by the one clock of the gateway: that of either may be wrong. */
const hadBegun = ({ enteredAt, gatewayAt }: Stay, moment: Moment) =>
  gatewayAt === undefined ? enteredAt <= moment.at : gatewayAt <= moment.gatewayAt

export const pastStayAt = (book: StayBook, plate: string, at: number): PastStay | undefined =>
  book.pastStaysOf(plate).find(({ stay, leftAt }) => stay.enteredAt <= at && at < leftAt)

/** The last stay that had begun by then, and has ended. */
export const lastPastStay = (book: StayBook, plate: string, moment: Moment): PastStay | undefined =>
  lowest(
    book.pastStaysOf(plate).filter(({ stay }) => hadBegun(stay, moment)),
    ({ stay }) => -stay.enteredAt,
  )

export const firstLooseExit = (book: StayBook, plate: string, at: number): LooseExit | undefined =>
  lowest(
    book.nobodies.exitsOf(plate).filter((exit) => exit.at >= at),
    (exit) => exit.at,
  )

/** By the order of events when they are told at once, by the clock of the gateway when they are told afterwards. */
export const openStay = (book: StayBook, plate: string, told: Moment & { readonly isLate: boolean }) =>
  book.staysOf(plate).findLast((stay) => !told.isLate || hadBegun(stay, told))

function lowest<T>(things: readonly T[], of: (thing: T) => number): T | undefined {
  return things.reduce<T | undefined>((low, one) => (low !== undefined && of(low) <= of(one) ? low : one), undefined)
}
