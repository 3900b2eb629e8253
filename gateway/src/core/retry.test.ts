import { expect, test } from 'vitest'
import { backoff, delay } from './retry.ts'

const between = { firstMs: 1000, maxMs: 60_000 }

test.each([
  [0, 500, 1000],
  [1, 1000, 2000],
  [3, 4000, 8000],
  [6, 30_000, 60_000],
  [1000, 30_000, 60_000],
])('wait %i lies between half and the whole of its ceiling', (attempt, least, most) => {
  expect(backoff({ ...between, attempt, random: () => 0 })).toBe(least)
  expect(backoff({ ...between, attempt, random: () => 1 })).toBe(most)
})

test('a delay ends by itself', async () => {
  await expect(delay(1)).resolves.toBeUndefined()
  await expect(delay(1, new AbortController().signal)).resolves.toBeUndefined()
})

test('a delay ends with its signal, also when that was aborted before', async () => {
  const abort = new AbortController()
  const waiting = delay(3_600_000, abort.signal)
  abort.abort()
  await expect(waiting).resolves.toBeUndefined()
  await expect(delay(3_600_000, abort.signal)).resolves.toBeUndefined()
})
