import { expect, test } from 'vitest'
import { formatTime, parseDuration, parseTime } from './xml-time.ts'

test.each([
  ['PT0S', 0],
  ['PT10.5S', 10_500],
  ['PT1M', 60_000],
  ['P1DT1H1M1S', 90_061_000],
])('%s is %i ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected)
})

test.each(['', 'P', 'PT', 'P1M', '-PT1S', '10', 'PT1S '])('"%s" is no duration of fixed length', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test('a time must name its zone', () => {
  expect(parseTime('2026-01-02T03:04:05Z')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5))
  expect(parseTime('2026-01-02T11:04:05.5+08:00')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 500))
  expect(parseTime('2026-01-02T03:04:05')).toBeUndefined()
  expect(parseTime('2026-13-02T03:04:05Z')).toBeUndefined()
  expect(parseTime(formatTime(1234))).toBe(1234)
})
