import { expect, test } from 'vitest'
import { headroomOf, withSample, type RoomSample } from './headroom.ts'

const minute = 60_000
const every = (count: number, freeAt: (minutes: number) => number): RoomSample[] =>
  Array.from({ length: count }, (_, index) => ({ at: index * minute, freeBytes: freeAt(index) }))

test('a disk that fills steadily lasts as long as its room divided by the rate', () => {
  // 1 MB a minute are 60 MB an hour; 540 MB are left after an hour.
  const { bytesPerHour, headroomHours } = headroomOf(every(61, (minutes) => 600e6 - minutes * 1e6))
  expect(bytesPerHour).toBeCloseTo(60e6)
  expect(headroomHours).toBeCloseTo(9)
})

test('a few minutes are too little to judge by', () => {
  expect(headroomOf(every(5, (minutes) => 600e6 - minutes * 1e6))).toEqual({})
  expect(headroomOf([])).toEqual({})
})

test.each([
  ['stays', 0],
  ['empties', 1e6],
  ['changes by next to nothing', -10],
])('a disk that %s has no end to tell', (_what, perMinute) => {
  expect(headroomOf(every(30, (minutes) => 600e6 + minutes * perMinute))).toEqual({ bytesPerHour: 0 })
})

test('only the last hour counts, and a clock that was set back spoils nothing', () => {
  let samples: RoomSample[] = []
  for (const sample of every(180, (minutes) => 900e6 - minutes * 1e6)) samples = withSample(samples, sample)
  expect(samples).toHaveLength(60)
  samples = withSample(samples, { at: 150 * minute, freeBytes: 1 })
  expect(samples.at(-1)).toEqual({ at: 150 * minute, freeBytes: 1 })
  expect(samples.every(({ at }) => at <= 150 * minute)).toBe(true)
})
