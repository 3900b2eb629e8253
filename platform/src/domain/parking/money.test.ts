import { expect, test } from 'vitest'
import { yuan } from './money.ts'

test.each([
  [0, '0.00'],
  [5, '0.05'],
  [1250, '12.50'],
  [-30, '-0.30'],
])('%d fen are %s yuan', (fen, text) => {
  expect(yuan(fen)).toBe(text)
})
