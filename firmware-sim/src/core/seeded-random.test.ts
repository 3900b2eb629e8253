import { expect, test } from 'vitest'
import { createRandom } from './seeded-random.ts'

const draw = (seed: string) => {
  const random = createRandom(seed)
  return Array.from({ length: 20 }, () => random.next())
}

test('the same seed draws the same numbers, another seed others', () => {
  expect(draw('a')).toEqual(draw('a'))
  expect(draw('a')).not.toEqual(draw('b'))
})

test('a fork does not depend on what was drawn before', () => {
  const used = createRandom('a')
  used.next()
  expect(used.fork('x').next()).toBe(createRandom('a').fork('x').next())
})

test('numbers fill their range evenly, both ends included', () => {
  const random = createRandom('range')
  const counts = [0, 0, 0, 0]
  for (const value of Array.from({ length: 4000 }, () => random.int(0, 3))) counts[value] = (counts[value] ?? 0) + 1
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120)
  for (const value of draw('unit')) expect(value >= 0 && value < 1).toBe(true)
  expect(Array.from({ length: 50 }, () => random.chance(1)).every(Boolean)).toBe(true)
})

test('nothing can be picked from an empty list', () => {
  expect(() => createRandom('a').pick([])).toThrow(RangeError)
})
