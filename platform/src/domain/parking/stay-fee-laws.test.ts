import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { dayMs, hourMs, minuteMs, plainTariff } from '../testing/tariffs.ts'
import { stayFee, type StayFee } from './stay-fee.ts'
import { checkTariff, type Tariff, type TariffPeriod, type TariffTier } from './tariff.ts'

vi.setConfig({ testTimeout: 60_000 })

afterEach(() => {
  vi.useRealTimers()
})

/** Midnight in Shanghai. */
const midnight = Date.UTC(2026, 6, 1) - 8 * hourMs
const runs = { numRuns: 10_000 }

const anyTiers: fc.Arbitrary<TariffTier[]> = fc
  .array(
    fc.record({
      minutes: fc.integer({ min: 1, max: 600 }),
      unitMinutes: fc.integer({ min: 10, max: 120 }),
      fenPerUnit: fc.integer({ min: 0, max: 1000 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((tiers) => {
    let end = 0
    return tiers.map(({ minutes, ...price }, index) => {
      end += minutes
      return { ...price, upToMinute: index === tiers.length - 1 ? null : end }
    })
  })

/** The day cut at some minutes; the last period goes over midnight to the first cut. */
const anyPeriods: fc.Arbitrary<TariffPeriod[]> = fc.oneof(
  anyTiers.map((tiers) => [{ fromMinute: 0, toMinute: 1440, tiers }]),
  fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 1439 }), anyTiers), {
      ...{ minLength: 2, maxLength: 4, selector: ([minute]) => minute },
    })
    .map((cuts) => cuts.sort(([a], [b]) => a - b))
    .map((cuts) =>
      cuts.map(([fromMinute, tiers], index) => ({
        ...{ fromMinute, tiers },
        toMinute: cuts[(index + 1) % cuts.length]?.[0] ?? fromMinute,
      })),
    ),
)

const anyTariff: fc.Arbitrary<Tariff> = fc
  .record({
    periods: anyPeriods,
    freeMinutes: fc.integer({ min: 0, max: 120 }),
    utcOffsetMinutes: fc.constantFrom(480, 0, -300, 345),
    cap: fc.option(
      fc.record({
        kind: fc.constantFrom('rolling-24h' as const, 'calendar-day' as const),
        fen: fc.integer({ min: 1, max: 6000 }),
      }),
    ),
  })
  .map(({ periods, ...changes }) => ({
    ...{ ...plainTariff, ...changes },
    classes: [{ vehicleClasses: ['small' as const], periods }],
  }))

const anyLength = fc.integer({ min: 0, max: 5 * dayMs })
const anyClock = fc.nat({ max: 4_000_000_000_000 })
const anyEntry = fc.integer({ min: midnight, max: midnight + 2 * dayMs })
const feeOf = (tariff: Tariff, from: number, length: number): StayFee =>
  stayFee(tariff, { vehicleClass: 'small', from, to: from + length })

const localDay = ({ utcOffsetMinutes }: Tariff, at: number) => Math.floor((at + utcOffsetMinutes * minuteMs) / dayMs)

/** What a cap covers: the 24 h from the entry, or the local day, that a moment lies in. */
const windowOf = (tariff: Tariff, entry: number, at: number) =>
  tariff.cap?.kind === 'rolling-24h' ? Math.floor((at - entry) / dayMs) : localDay(tariff, at)

/** Which period has a price at a moment. */
function periodAt({ classes, utcOffsetMinutes }: Tariff, at: number): TariffPeriod | undefined {
  const minute = Math.floor(((((at + utcOffsetMinutes * minuteMs) % dayMs) + dayMs) % dayMs) / minuteMs)
  return classes[0]?.periods.find(({ fromMinute, toMinute }) =>
    fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute,
  )
}

/** The next moment at which another period begins. */
function endOfPeriod({ classes, utcOffsetMinutes }: Tariff, at: number): number {
  const periods = classes[0]?.periods ?? []
  if (periods.length === 1) return Infinity
  const starts = periods.map(({ fromMinute }) => (fromMinute - utcOffsetMinutes) * minuteMs)
  return Math.min(...starts.map((start) => start + Math.floor((at - start) / dayMs + 1) * dayMs))
}

/** The same fee, counted slowly: unit by unit, as an attendant would with a clock. */
function countedFee(tariff: Tariff, from: number, length: number): number {
  const to = from + length
  if (length <= tariff.freeMinutes * minuteMs) return 0
  const windows = new Map<number, number>()
  let cut = { start: from, end: from }
  for (let at = from; at < to;) {
    if (at === cut.end) {
      const windowEnd = tariff.cap?.kind === 'rolling-24h' ? from + (windowOf(tariff, from, at) + 1) * dayMs : Infinity
      cut = { start: at, end: Math.min(endOfPeriod(tariff, at), windowEnd) }
    }
    const { start, end } = cut
    const tiers = periodAt(tariff, start)?.tiers ?? []
    const tierEnd = ({ upToMinute }: TariffTier) => (upToMinute === null ? Infinity : start + upToMinute * minuteMs)
    const tier = tiers.find((candidate) => at < tierEnd(candidate))
    if (!tier) throw new Error('the last tier has an end')
    const window = windowOf(tariff, from, at)
    windows.set(window, (windows.get(window) ?? 0) + tier.fenPerUnit)
    at = Math.min(at + tier.unitMinutes * minuteMs, tierEnd(tier), end)
  }
  return [...windows.values()].reduce((sum, fen) => sum + Math.min(fen, tariff.cap?.fen ?? Infinity), 0)
}

test('the tariffs of these tests can be charged by', () => {
  fc.assert(
    fc.property(anyTariff, (tariff) => {
      expect(checkTariff(tariff)).toEqual([])
    }),
  )
})

test('a longer stay never costs less', () => {
  fc.assert(
    fc.property(anyTariff, anyEntry, fc.tuple(anyLength, anyLength), (tariff, from, lengths) => {
      const [short, long] = [Math.min(...lengths), Math.max(...lengths)]
      expect(feeOf(tariff, from, long).fen).toBeGreaterThanOrEqual(feeOf(tariff, from, short).fen)
    }),
    runs,
  )
})

test('a fee is what counting it unit by unit comes to', () => {
  fc.assert(
    fc.property(anyTariff, anyEntry, anyLength, (tariff, from, length) => {
      expect(feeOf(tariff, from, length).fen).toBe(countedFee(tariff, from, length))
    }),
    runs,
  )
})

test('fees are whole fen, and their lines explain them', () => {
  fc.assert(
    fc.property(anyTariff, anyEntry, anyLength, (tariff, from, length) => {
      const { fen, lines } = feeOf(tariff, from, length)
      expect(Number.isSafeInteger(fen)).toBe(true)
      expect(lines.reduce((sum, line) => sum + line.fen, 0)).toBe(fen)
      const units = lines.filter(({ what }) => what === 'units')
      const ends = units.map(({ to }) => to)
      if (units.length > 0) expect([from, ...ends]).toEqual([...units.map((line) => line.from), from + length])
    }),
    runs,
  )
})

test('no 24 hours from the entry, or no local day, cost more than their cap', () => {
  fc.assert(
    fc.property(anyTariff, anyEntry, anyLength, (tariff, from, length) => {
      const windows = new Map<number, number>()
      for (const line of feeOf(tariff, from, length).lines) {
        const window = windowOf(tariff, from, line.from)
        windows.set(window, (windows.get(window) ?? 0) + line.fen)
      }
      for (const fen of windows.values()) expect(fen).toBeLessThanOrEqual(tariff.cap?.fen ?? Infinity)
    }),
    runs,
  )
})

test('the clock of the server has no say: a replayed exit costs what it cost at the lane', () => {
  vi.useFakeTimers()
  fc.assert(
    fc.property(anyTariff, fc.tuple(anyEntry, anyLength), anyClock, (tariff, [from, length], clock) => {
      vi.setSystemTime(from + length)
      const atTheLane = feeOf(tariff, from, length)
      vi.setSystemTime(clock)
      expect(feeOf(tariff, from, length)).toEqual(atTheLane)
    }),
    runs,
  )
})
