import { expect, test } from 'vitest'
import { reconnectWait } from './reconnect-wait.ts'

test.each([
  [0, 500],
  [2, 2000],
  [4, 5000],
  [1000, 5000],
])('wait %i lies anywhere between nothing and %i ms', (attempt, most) => {
  expect(reconnectWait(attempt, () => 0)).toBe(0)
  expect(reconnectWait(attempt, () => 0.5)).toBe(most / 2)
  expect(reconnectWait(attempt, () => 1)).toBe(most)
})
