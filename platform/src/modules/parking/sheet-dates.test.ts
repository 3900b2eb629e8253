import { expect, test } from 'vitest'
import { createTimeZone } from '../../core/time-zone.ts'
import { momentIn } from './sheet-dates.ts'

const shanghai = createTimeZone('Asia/Shanghai')
const endOf2026 = Date.parse('2027-01-01T00:00:00+08:00')

test.each([
  '2026-12-31',
  '2026/12/31',
  '2026.12.31',
  '2026年12月31日',
  '20261231',
  '46387',
  '2026-12-31 00:00:00',
  ' 2026/12/31 ',
])('until %s is until the day is over', (text) => {
  expect(momentIn(text, 'until', shanghai)).toBe(endOf2026)
})

test.each([
  ['2026-6-1', '2026-06-01T00:00:00+08:00'],
  ['2026年6月1日', '2026-06-01T00:00:00+08:00'],
  ['46174', '2026-06-01T00:00:00+08:00'],
  ['46174.375', '2026-06-01T09:00:00+08:00'],
  ['2026-06-01 09:30', '2026-06-01T09:30:00+08:00'],
  ['２０２６－０６－０１', '2026-06-01T00:00:00+08:00'],
])('from %s is from then on', (text, moment) => {
  expect(momentIn(text, 'from', shanghai)).toBe(Date.parse(moment))
})

test('a time of day ends something at that minute', () => {
  expect(momentIn('2026-06-01 18:00', 'until', shanghai)).toBe(Date.parse('2026-06-01T18:00:00+08:00'))
})

test('days are those of the wall, also when clocks are changed', () => {
  const berlin = createTimeZone('Europe/Berlin')
  expect(momentIn('2026-03-28', 'until', berlin)).toBe(Date.parse('2026-03-29T00:00:00+01:00'))
  expect(momentIn('2026-03-29', 'until', berlin)).toBe(Date.parse('2026-03-30T00:00:00+02:00'))
})

test.each([
  '',
  'soon',
  '2026-02-30',
  '2026-13-01',
  '26-12-31',
  '2026-12-31 25:00',
  '12',
  '9999999',
  '1899-01-01',
  '长期',
])('%s is no date', (text) => {
  expect(momentIn(text, 'from', shanghai)).toBeUndefined()
})
