import { expect, test } from 'vitest'
import { dayAndNight, hourMs, minuteMs, plainTariff } from '../testing/tariffs.ts'
import { chargeFor, stayFee } from './stay-fee.ts'
import type { Tariff } from './tariff.ts'

/** Midnight in Shanghai. */
const midnight = Date.UTC(2026, 6, 1) - 8 * hourMs
const feeOf = (tariff: Tariff, minutes: number, from = midnight + 9 * hourMs) =>
  stayFee(tariff, { vehicleClass: 'small', from, to: from + minutes * minuteMs }).fen

test.each([
  [30, 0],
  [30.1, 5],
  [60, 5],
  [60.1, 7],
  [480, 19],
  [481, 20],
  [1439, 30],
  [1441, 35],
  [2880, 60],
])('%d minutes cost ¥%d', (minutes, yuan) => {
  expect(feeOf(plainTariff, minutes)).toBe(yuan * 100)
})

test('no cap is no cap, and never a free stay', () => {
  expect(feeOf({ ...plainTariff, cap: null }, 2880)).toBe(500 + 7 * 200 + 40 * 100)
})

test('a cap per calendar day counts what begins on that day', () => {
  const tariff: Tariff = { ...plainTariff, cap: { kind: 'calendar-day', fen: 1000 } }
  // 22:00 to 03:00: ¥5 and ¥2 before midnight, three times ¥2 after it.
  expect(feeOf(tariff, 300, midnight + 22 * hourMs)).toBe(700 + 600)
  expect(feeOf(tariff, 3 * 1440, midnight)).toBe(3000)
})

test('day and night have their own prices, and a stay over both pays for both', () => {
  expect(feeOf(dayAndNight, 60, midnight + 20.5 * hourMs)).toBe(300 + 100)
  expect(feeOf(dayAndNight, 600, midnight + 21 * hourMs)).toBe(1000)
  expect(feeOf(dayAndNight, 1440, midnight)).toBe(7 * 100 + 28 * 300 + 3 * 100)
})

test('the lines of a fee explain it', () => {
  const { lines } = stayFee(plainTariff, { vehicleClass: 'small', from: midnight, to: midnight + 1441 * minuteMs })
  expect(lines.map(({ what, fen }) => [what, fen])).toEqual([
    ['units', 500],
    ['units', 1400],
    ['units', 1600],
    ['cap', -500],
    ['units', 500],
  ])
})

test('the lines of a fee follow each other, also where a tier ends within a unit', () => {
  const tiers = [
    { upToMinute: 90, unitMinutes: 60, fenPerUnit: 300 },
    { upToMinute: null, unitMinutes: 60, fenPerUnit: 100 },
  ]
  const classes: Tariff['classes'] = [
    { vehicleClasses: ['small'], periods: [{ fromMinute: 0, toMinute: 1440, tiers }] },
  ]
  const to = midnight + 100 * minuteMs
  const { fen, lines } = stayFee({ ...plainTariff, classes }, { vehicleClass: 'small', from: midnight, to })
  expect(fen).toBe(700)
  expect(lines).toEqual([
    { from: midnight, to: midnight + 90 * minuteMs, fen: 600, what: 'units' },
    { from: midnight + 90 * minuteMs, to, fen: 100, what: 'units' },
  ])
})

test('a part of the day without a price costs nothing from there on; such a tariff is refused when it is written', () => {
  const [day] = dayAndNight.classes[0]?.periods ?? []
  const classes: Tariff['classes'] = [
    { vehicleClasses: ['small'], periods: day ? [day, { ...day, toMinute: 480 }] : [] },
  ]
  expect(feeOf({ ...dayAndNight, classes }, 120, midnight + 20 * hourMs)).toBe(600)
  expect(feeOf({ ...dayAndNight, classes: [] }, 120)).toBe(0)
})

test('a period may begin and end at the same minute: it is the whole day', () => {
  const tiers = [{ upToMinute: null, unitMinutes: 60, fenPerUnit: 100 }]
  const periods = [420, 480].map((minute) => ({ fromMinute: minute, toMinute: minute, tiers }))
  expect(feeOf({ ...dayAndNight, classes: [{ vehicleClasses: ['small'], periods }] }, 120)).toBe(200)
})

test('who leaves before coming in, by the clock of a device that was set, owes nothing', () => {
  expect(feeOf({ ...plainTariff, freeMinutes: 0 }, -5)).toBe(0)
  expect(chargeFor(plainTariff, { vehicleClass: 'small', from: midnight, to: midnight - 1 })).toEqual({
    ...{ fen: 0, lines: [] },
  })
})
