import { expect, test } from 'vitest'
import { spread, type Spot } from './spread'

const smallestGap = (spots: readonly Spot[]) =>
  Math.min(...spots.flatMap((a, index) => spots.slice(index + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y))))

test('spots with room between them stay where they are', () => {
  const spots = [
    { x: 0, y: 0 },
    { x: 40, y: 0 },
  ]
  expect(spread(spots, 30)).toEqual(spots)
})

test('neighbours part along the line between them', () => {
  const [left, right] = spread(
    [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
    ],
    30,
  )
  expect(left?.x).toBeCloseTo(-10)
  expect(right?.x).toBeCloseTo(20)
  expect(left?.y).toBeCloseTo(0)
})

test('a crowd at one place can be told apart', () => {
  const crowd = Array.from({ length: 8 }, () => ({ x: 5, y: 5 }))
  expect(smallestGap(spread(crowd, 30))).toBeGreaterThan(26)
})
