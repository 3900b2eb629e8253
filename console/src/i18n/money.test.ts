import { yuan } from '@gatehouse/platform/domain'
import { expect, test } from 'vitest'
import { fenOf, fenText } from './money'

test.each([
  [0, '¥0.00'],
  [5, '¥0.05'],
  [1250, '¥12.50'],
  [-5, '-¥0.05'],
  [123_456_789, '¥1,234,567.89'],
  [100_000_000_000_029, '¥1,000,000,000,000.29'],
])('%d fen read %s', (fen, text) => {
  expect(fenText(fen)).toBe(text)
})

test.each([
  ['12.5', 1250],
  ['¥12.50', 1250],
  ['0.29', 29],
  ['1.1', 110],
  ['1,000', 100_000],
  ['5.', 500],
  ['', undefined],
  ['-1', undefined],
  ['1.234', undefined],
  ['1e3', undefined],
])('%s typed is %s fen', (typed, fen) => {
  expect(fenOf(typed)).toBe(fen)
})

test('every amount comes back as it was', () => {
  for (let fen = 0; fen < 30_000; fen += 1) expect(fenOf(yuan(fen))).toBe(fen)
})
