import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { advanceVisit, isGhost, newVisit, type LaneVisit, type LaneVisitEvent } from './lane-visit.ts'
import { isQueue, judgePassage, mayClose } from './lane-watch.ts'

vi.setConfig({ testTimeout: 60_000 })

const visit = (types: readonly LaneVisitEvent['type'][], direction: 'in' | 'out' = 'in') =>
  types.reduce<LaneVisit>((state, type) => advanceVisit(state, { type }, direction), newVisit)

test.each<[LaneVisitEvent['type'][], LaneVisit['state'], number]>([
  [['read', 'decided', 'opened', 'passed'], 'passed', 1],
  [['read', 'decided', 'opened', 'reversed'], 'reversed', 0],
  [['read', 'decided', 'opened', 'timed-out'], 'reversed', 0],
  [['read', 'decided', 'reversed', 'passed'], 'reversed', 0],
  [['passed', 'passed'], 'passed', 1],
  [['opened', 'decided'], 'opened', 0],
])('%j ends as %s', (types, state, occupancy) => {
  expect(visit(types)).toEqual({ state, occupancy })
})

test('only a car that passed changes what is inside, once, by one, and in its direction', () => {
  const types = fc.array(
    fc.constantFrom<LaneVisitEvent['type'][]>('read', 'decided', 'opened', 'passed', 'reversed', 'timed-out'),
  )
  fc.assert(
    fc.property(types, fc.constantFrom('in' as const, 'out' as const), (events, direction) => {
      const { state, occupancy } = visit(events, direction)
      expect(occupancy).toBe(state === 'passed' ? (direction === 'in' ? 1 : -1) : 0)
    }),
    { numRuns: 10_000 },
  )
})

test('a stay that is older than the rule allows is a ghost', () => {
  const day = 86_400_000
  expect([isGhost(0, 30 * day), isGhost(0, 30 * day + 1), isGhost(0, 2 * day, { afterDays: 1 })]).toEqual([
    ...[false, true, true],
  ])
})

test.each([
  [{ openedFor: 1, passed: 0 }, undefined],
  [{ openedFor: 1, passed: 1 }, 'tailgating'],
  [{ openedFor: 2, passed: 1 }, undefined],
  [{ openedFor: 0, passed: 0 }, 'forced-opening'],
])('a passage with %o is %s', (motion, anomaly) => {
  expect(judgePassage(motion)).toBe(anomaly)
})

test('nothing is lowered onto a car', () => {
  expect(mayClose({ arm: 'open', loop: false })).toBe(true)
  expect(mayClose({ arm: 'open', loop: true })).toBe(false)
  expect(mayClose({ arm: 'open', loop: false, radar: true })).toBe(false)
})

test.each([
  [{ waiting: 2, now: 60_000 }, false],
  [{ waiting: 3, now: 60_000 }, true],
  [{ waiting: 1, occupiedSince: 0, now: 59_999 }, false],
  [{ waiting: 1, occupiedSince: 0, now: 60_000 }, true],
])('%o is a queue: %s', (sight, expected) => {
  expect(isQueue(sight, { queueCars: 3, queueSeconds: 60 })).toBe(expected)
})
