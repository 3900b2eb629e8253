import { expect, test } from 'vitest'
import { createFaults, planFaults } from './faults.ts'
import { createRandom } from './seeded-random.ts'

test('a fault acts until it is cleared, and listeners hear of both', () => {
  const faults = createFaults()
  let changes = 0
  faults.onChange(() => (changes += 1))

  faults.inject({ type: 'clock-skew', offsetMs: -5000 })
  faults.inject({ type: 'slow-answer', delayMs: 700 })
  expect([faults.clockOffsetMs, faults.answerDelayMs, faults.has('stuck')]).toEqual([-5000, 700, false])

  faults.clear('clock-skew')
  faults.clear('stuck')
  expect(faults.clockOffsetMs).toBe(0)
  expect(changes).toBe(3)
})

test('a plan of faults follows from the seed and is in order of time', () => {
  const plan = (seed: string) => planFaults(createRandom(seed), ['a', 'b', 'c'], { count: 40, withinSeconds: 600 })

  expect(plan('1')).toEqual(plan('1'))
  expect(plan('1')).not.toEqual(plan('2'))
  const times = plan('1').map(({ atSeconds }) => atSeconds)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(planFaults(createRandom('1'), [], { count: 3, withinSeconds: 60 })).toEqual([])
})
