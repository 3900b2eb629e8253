import type { Random } from '../core/seeded-random.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

interface Span {
  readonly from: number
  readonly to: number
}

export const lanes = ['in', 'out'] as const
export type Direction = (typeof lanes)[number]

/** What goes wrong at one lot, and when; from the seed alone. Times are UTC ms. */
export interface Mishaps {
  /** Times without power at a lane's network: its controller keeps records and tells them afterwards. */
  readonly cuts: readonly (Span & { readonly lane: Direction })[]
  /** The centre cannot be reached. */
  readonly away: Span
  /** When the gateway dies. */
  readonly deaths: readonly number[]
  /** When clocks that are quite wrong are set right. */
  readonly clocksSetAt: number
  /** How far a lane's clock is ahead, ms. */
  skewOf(lane: Direction, areClocksSet: boolean): number
  /** Exits of which the controller never tells. They and power cuts are not told apart afterwards by anybody. */
  readonly losesExits: boolean
}

interface Plan {
  readonly index: number
  readonly from: number
  readonly days: number
}

const within = ({ from, to }: Span, at: number) => at >= from && at < to

export function planMishaps({ index, from, days }: Plan, random: Random): Mishaps {
  const losesExits = index % 2 === 1
  const at = (day: number) => from + day * dayMs
  const skews = { in: random.int(-20_000, 20_000), out: random.int(-20_000, 20_000) }
  const clocksSetAt = at(days * random.between(0.4, 0.7))
  const wrong = index % 3 === 2 ? random.pick([-17 * minuteMs, 4 * minuteMs, -95_000]) : 0
  const cutAt = () => at(random.int(0, days - 1)) + random.between(9, 20) * hourMs
  const cut = (lane: Direction) => {
    const start = cutAt()
    return { lane, from: start, to: start + random.between(20, 150) * minuteMs }
  }
  const awayFrom = at(Math.max(0.3, (days - 3) / 2)) + random.between(0, 6) * hourMs
  return {
    losesExits,
    cuts: losesExits ? [] : [cut('in'), cut('out')],
    away: { from: awayFrom, to: awayFrom + (days >= 6 ? 3 * dayMs : 8 * hourMs) },
    deaths: Array.from({ length: 3 }, () => at(random.between(0, days))),
    clocksSetAt,
    skewOf: (lane, areClocksSet) => skews[lane] + (lane === 'out' && !areClocksSet ? wrong : 0),
  }
}

export const isAway = ({ away }: Mishaps, at: number) => within(away, at)
export const cutAt = ({ cuts }: Mishaps, lane: Direction, at: number) =>
  cuts.find((cut) => cut.lane === lane && within(cut, at))
