import { periodsFor, type Tariff, type TariffPeriod, type VehicleClass } from './tariff.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

/** A part of a fee: so many started units in a row, or (negative) what a cap takes off. */
export interface FeeLine {
  /** UTC ms. */
  readonly from: number
  readonly to: number
  readonly fen: number
  /** `units` or `cap`. */
  readonly what: 'units' | 'cap'
}

export interface Stay {
  readonly vehicleClass: VehicleClass
  /** UTC ms, by the clock of the devices. */
  readonly from: number
  readonly to: number
}

export interface StayFee {
  readonly fen: number
  /** Their sum is `fen`. */
  readonly lines: readonly FeeLine[]
}

/** Units in a row at the same price, before any cap. */
interface Run {
  readonly from: number
  /** The last unit may be cut off: by the end of its tier, of its period or of the stay. */
  readonly to: number
  readonly units: number
  readonly unitMs: number
  readonly fenPerUnit: number
}

/** What a stay costs that is past its free minutes. */
export function chargeFor(tariff: Tariff, { vehicleClass, from, to }: Stay): StayFee {
  if (to <= from) return { fen: 0, lines: [] }
  const periods = periodsFor(tariff, vehicleClass)
  const lines =
    tariff.cap?.kind === 'rolling-24h'
      ? rollingLines(tariff, periods, { from, to, cap: tariff.cap.fen })
      : tariff.cap
        ? calendarLines(tariff, periods, { from, to, cap: tariff.cap.fen })
        : runsOf(tariff, periods, { from, to }).map(lineOf)
  return { fen: lines.reduce((sum, { fen }) => sum + fen, 0), lines }
}

/** What a stay costs: nothing up to the free minutes, from its beginning when it is longer. */
export function stayFee(tariff: Tariff, stay: Stay): StayFee {
  const isFree = stay.to - stay.from <= tariff.freeMinutes * minuteMs
  return isFree ? { fen: 0, lines: [] } : chargeFor(tariff, stay)
}

interface Span {
  readonly from: number
  readonly to: number
}

function rollingLines(
  tariff: Tariff,
  periods: readonly TariffPeriod[],
  { from, to, cap }: Span & { readonly cap: number },
): FeeLine[] {
  const lines: FeeLine[] = []
  for (let start = from; start < to; start += dayMs) {
    const end = Math.min(to, start + dayMs)
    const window = runsOf(tariff, periods, { from: start, to: end }).map(lineOf)
    lines.push(...capped(window, cap, { from: start, to: end }))
  }
  return lines
}

function calendarLines(
  tariff: Tariff,
  periods: readonly TariffPeriod[],
  { from, to, cap }: Span & { readonly cap: number },
): FeeLine[] {
  const days = new Map<number, FeeLine[]>()
  for (const run of runsOf(tariff, periods, { from, to })) {
    for (const part of byDay(run, tariff.utcOffsetMinutes)) {
      const day = localDay(part.from, tariff.utcOffsetMinutes)
      days.set(day, [...(days.get(day) ?? []), lineOf(part)])
    }
  }
  return [...days.values()].flatMap((lines) => {
    const span = { from: Math.min(...lines.map((line) => line.from)), to: Math.max(...lines.map((line) => line.to)) }
    return capped(lines, cap, span)
  })
}

function capped(lines: readonly FeeLine[], cap: number, { from, to }: Span): FeeLine[] {
  const over = lines.reduce((sum, { fen }) => sum + fen, 0) - cap
  return over > 0 ? [...lines, { from, to, fen: -over, what: 'cap' }] : [...lines]
}

const lineOf = ({ from, to, units, fenPerUnit }: Run): FeeLine => ({
  from,
  to,
  fen: units * fenPerUnit,
  what: 'units',
})

const localDay = (at: number, utcOffsetMinutes: number) => Math.floor((at + utcOffsetMinutes * minuteMs) / dayMs)

/** A run, cut so that each part has the units that begin on one local day. */
function byDay(run: Run, utcOffsetMinutes: number): Run[] {
  const parts: Run[] = []
  let { from, units } = run
  while (units > 0) {
    const nextDay = (localDay(from, utcOffsetMinutes) + 1) * dayMs - utcOffsetMinutes * minuteMs
    const here = Math.min(units, Math.ceil((nextDay - from) / run.unitMs))
    const end = from + here * run.unitMs
    parts.push({ ...run, from, to: Math.min(run.to, end), units: here })
    from = end
    units -= here
  }
  return parts
}

function runsOf({ utcOffsetMinutes }: Tariff, periods: readonly TariffPeriod[], { from, to }: Span): Run[] {
  const [only] = periods
  if (only && periods.length === 1) return tierRuns(only, { from, to })
  const runs: Run[] = []
  for (let start = from; start < to;) {
    const { period, end } = periodAt(periods, start, utcOffsetMinutes)
    if (!period) break
    runs.push(...tierRuns(period, { from: start, to: Math.min(to, end) }))
    start = end
  }
  return runs
}

/** The period that a moment lies in, and when it ends. */
function periodAt(periods: readonly TariffPeriod[], at: number, utcOffsetMinutes: number) {
  const intoDay = (((at + utcOffsetMinutes * minuteMs) % dayMs) + dayMs) % dayMs
  for (const period of periods) {
    const start = period.fromMinute * minuteMs
    const length = (period.toMinute * minuteMs - start + dayMs) % dayMs || dayMs
    const into = (intoDay - start + dayMs) % dayMs
    if (into < length) return { period, end: at + length - into }
  }
  return { period: undefined, end: at }
}

function tierRuns({ tiers }: TariffPeriod, { from, to }: Span): Run[] {
  let tierStart = from
  const runs: Run[] = []
  for (const { upToMinute, unitMinutes, fenPerUnit } of tiers) {
    const tierEnd = upToMinute === null ? to : Math.min(to, from + upToMinute * minuteMs)
    const unitMs = unitMinutes * minuteMs
    const units = Math.ceil((tierEnd - tierStart) / unitMs)
    if (units > 0) runs.push({ from: tierStart, to: tierEnd, units, unitMs, fenPerUnit })
    tierStart = Math.max(tierStart, tierEnd)
  }
  return runs
}
