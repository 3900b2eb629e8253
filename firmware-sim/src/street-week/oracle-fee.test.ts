import { describe, expect, test } from 'vitest'
import { agreedDue, agreedFee } from './oracle-fee.ts'
import { dayAndNight, hourly } from './agreements.ts'

const minuteMs = 60_000
const morning = Date.parse('2026-06-01T09:00:00+08:00')
const fee = (minutes: number) => agreedFee(hourly, morning, morning + minutes * minuteMs) / 100

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
])('%s minutes cost ¥%s', (minutes, yuan) => {
  expect(fee(minutes)).toBe(yuan)
})

test('without a cap a long stay costs all of it, not nothing', () => {
  expect(agreedFee({ ...hourly, cap: null }, morning, morning + 1440 * minuteMs)).toBe(500 + 7 * 200 + 16 * 100)
})

test('day and night have their own prices, and the local day its cap', () => {
  const at = (text: string) => Date.parse(`2026-06-${text}:00+08:00`)
  expect(agreedFee(dayAndNight, at('01T18:00'), at('01T21:00'))).toBe(2 * 300 + 100)
  expect(agreedFee(dayAndNight, at('01T19:30'), at('01T20:30'))).toBe(300 + 100)
  expect(agreedFee(dayAndNight, at('01T08:00'), at('02T08:00'))).toBe(2000 + 4 * 100)
})

describe('after a payment', () => {
  const from = morning
  const paidAt = from + 90 * minuteMs
  const credits = [{ fen: 700, at: paidAt, byPhone: true }]

  test('a car has the grace to leave', () => {
    expect(agreedDue(hourly, { from, to: paidAt + 15 * minuteMs, credits })).toMatchObject({ feeFen: 700, owedFen: 0 })
  })

  test('past it only the increment is due, without new free minutes', () => {
    const late = agreedDue(hourly, { from, to: paidAt + 40 * minuteMs, credits })
    expect(late).toEqual({ feeFen: 900, paidFen: 700, owedFen: 200 })
  })

  test('a lane whose clock is behind ends the stay before it was paid: it costs what it costs at the lane', () => {
    const left = agreedDue(hourly, { from, to: from + 59.9 * minuteMs, credits })
    expect(left).toEqual({ feeFen: 500, paidFen: 700, owedFen: 0 })
  })
})
