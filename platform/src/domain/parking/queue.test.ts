import { expect, test } from 'vitest'
import { isQueue } from './queue.ts'

test.each([
  [{ waiting: 2, now: 60_000 }, false],
  [{ waiting: 3, now: 60_000 }, true],
  [{ waiting: 1, occupiedSince: 0, now: 59_999 }, false],
  [{ waiting: 1, occupiedSince: 0, now: 60_000 }, true],
])('%o is a queue: %s', (sight, expected) => {
  expect(isQueue(sight, { queueCars: 3, queueSeconds: 60 })).toBe(expected)
})
