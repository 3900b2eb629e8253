import { expect, test } from 'vitest'
import { afterFailure, failureMemoryMs, type Failures } from './lockout.ts'

function fail(times: number, now = 0) {
  let state: (Failures & { lockedUntil: number }) | undefined
  for (let attempt = 0; attempt < times; attempt += 1) state = afterFailure(state, now)
  return state
}

test.each([
  [1, 0],
  [4, 0],
  [5, 30_000],
  [6, 60_000],
  [7, 120_000],
  [30, 900_000],
])('after %i failures nobody is let in for %i ms', (times, lockMs) => {
  expect(fail(times)?.lockedUntil).toBe(lockMs)
})

test('old failures are forgotten', () => {
  expect(afterFailure(fail(9), failureMemoryMs)).toMatchObject({ failures: 1, lockedUntil: failureMemoryMs })
})
