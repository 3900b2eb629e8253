import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createEventSource } from './event-source.ts'
import { createPullPoint } from './pull-point.ts'
import type { Notification } from './topics.ts'

const signal = new AbortController().signal
const motion = (value: boolean): Notification => ({ event: 'motion', at: 0, value, operation: 'Changed' })

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a pull waits for the first notification', async () => {
  const pullPoint = createPullPoint(60_000, () => true)
  const pulled = pullPoint.take(10, 5000, signal)

  await vi.advanceTimersByTimeAsync(1000)
  pullPoint.push(motion(true))

  expect(await pulled).toEqual([motion(true)])
})

test('a pull ends empty after its own time, or when the subscription ends', async () => {
  const pullPoint = createPullPoint(7000, () => true)
  const first = pullPoint.take(10, 5000, signal)
  await vi.advanceTimersByTimeAsync(5000)
  expect(await first).toEqual([])

  const second = pullPoint.take(10, 5000, signal)
  await vi.advanceTimersByTimeAsync(2000)
  expect(await second).toEqual([])
  expect(pullPoint.isAlive()).toBe(false)
})

test('a renewed subscription lives on', async () => {
  const pullPoint = createPullPoint(1000, () => true)
  await vi.advanceTimersByTimeAsync(900)
  pullPoint.renew(1000)
  await vi.advanceTimersByTimeAsync(900)

  expect(pullPoint.isAlive()).toBe(true)
})

test('a client that hangs up loses nothing', async () => {
  const pullPoint = createPullPoint(60_000, () => true)
  const hangUp = new AbortController()
  const abandoned = pullPoint.take(10, 5000, hangUp.signal)
  hangUp.abort()
  expect(await abandoned).toEqual([])

  pullPoint.push(motion(true))
  pullPoint.push(motion(false))

  expect(await pullPoint.take(1, 5000, signal)).toEqual([motion(true)])
  expect(await pullPoint.take(1, 5000, signal)).toEqual([motion(false)])
})

test('a client that never pulls loses the oldest', async () => {
  const pullPoint = createPullPoint(60_000, () => true)
  for (let at = 0; at < 250; at += 1) pullPoint.push({ ...motion(true), at })

  const kept = await pullPoint.take(1000, 0, signal)

  expect([kept.length, kept[0]?.at, kept.at(-1)?.at]).toEqual([200, 50, 249])
})

test('a subscriber first learns all states, then what changes, and nothing twice', async () => {
  const events = createEventSource(2, () => 5)
  const pullPoint = events.subscribe(60_000, ({ event }) => event === 'motion' || event === 'line-crossed')
  events.trigger('motion', true)
  events.trigger('motion', true)
  events.trigger('tamper', true)
  events.trigger('line-crossed', true)
  events.trigger('line-crossed', false)

  const told = await pullPoint.take(10, 0, signal)

  expect(told.map(({ event, value, operation }) => [event, value, operation])).toEqual([
    ['motion', false, 'Initialized'],
    ['motion', true, 'Changed'],
    ['line-crossed', 1, 'Changed'],
  ])
})

test('pull points are limited until one expires', async () => {
  const events = createEventSource(2, () => 0)
  const first = events.subscribe(1000, () => true)
  events.subscribe(5000, () => true)
  expect(() => events.subscribe(1000, () => true)).toThrow('no free pull point')

  await vi.advanceTimersByTimeAsync(1000)

  expect(() => events.find(first.id)).toThrow('no such subscription')
  expect(events.pullPointCount()).toBe(1)
  events.subscribe(1000, () => true)
})
