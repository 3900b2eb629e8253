import { expect, onTestFinished, test, vi } from 'vitest'
import { silentLogger } from '../../test/fakes.ts'
import { limitOutbox } from './outbox-limit.ts'
import type { Outbox } from './ports.ts'

/** An outbox that only counts. */
function setup(records: number, stored = 0) {
  const listeners = new Set<() => void>()
  const state = { first: 1, last: stored }
  const outbox: Outbox = {
    after: () => Promise.resolve([]),
    forget: (seq) => {
      state.first = Math.max(state.first, seq + 1)
      return Promise.resolve()
    },
    acknowledge: () => Promise.resolve({ before: 0 }),
    branch: () => Promise.resolve(),
    oldestAt: () => Promise.resolve(undefined),
    status: () =>
      Promise.resolve({
        lastSeq: state.last,
        backlog: state.last - state.first + 1,
        openedAt: 0,
        outboxId: 'outbox',
        earlier: [],
      }),
    onAdded: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const limit = limitOutbox({ outbox, records, logger: silentLogger })
  onTestFinished(() => limit.close())
  const add = () => {
    state.last += 1
    for (const listener of listeners) listener()
  }
  return { state, limit, add, listeners }
}

test('the newest records are kept, and what was dropped is counted', async () => {
  const { state, limit, add } = setup(100)
  for (let count = 0; count < 500; count += 1) add()
  const kept = () => state.last - state.first + 1
  await vi.waitFor(() => expect(kept()).toBeLessThanOrEqual(111))
  expect(kept()).toBeGreaterThanOrEqual(100)
  expect(limit.dropped()).toBe(state.first - 1)
})

test('what is too much at the start goes at once', async () => {
  const { state, limit } = setup(100, 1000)
  await vi.waitFor(() => expect(limit.dropped()).toBe(900))
  expect(state.first).toBe(901)
})

test('below the limit nothing is dropped', async () => {
  const { state, limit, add } = setup(100)
  for (let count = 0; count < 100; count += 1) add()
  await limit.close()
  expect([limit.dropped(), state.first]).toEqual([0, 1])
})
