import { expect, test } from 'vitest'
import { createTimeZone } from '../../core/time-zone.ts'
import { piecesOf } from './time-pieces.ts'

const hourMs = 3_600_000

test('where clocks are never changed there is one piece', () => {
  const [from, to] = [Date.parse('2026-01-01T00:00:00Z'), Date.parse('2027-01-01T00:00:00Z')]
  expect(piecesOf(createTimeZone('Asia/Shanghai'), from, to)).toEqual([{ from, to, offsetMs: 8 * hourMs }])
})

test('a year is cut where clocks are changed', () => {
  const [from, to] = [Date.parse('2026-01-01T00:00:00Z'), Date.parse('2027-01-01T00:00:00Z')]
  const [spring, autumn] = [Date.parse('2026-03-29T01:00:00Z'), Date.parse('2026-10-25T01:00:00Z')]
  expect(piecesOf(createTimeZone('Europe/Berlin'), from, to)).toEqual([
    { from, to: spring, offsetMs: hourMs },
    { from: spring, to: autumn, offsetMs: 2 * hourMs },
    { from: autumn, to, offsetMs: hourMs },
  ])
})
