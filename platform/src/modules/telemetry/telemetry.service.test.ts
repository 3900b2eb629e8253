import { expect, test } from 'vitest'
import type { Caller } from '../../core/ports.ts'
import { createTelemetryService, intervalFor, type SeriesQuery } from './telemetry.service.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const noon = Date.UTC(2026, 10, 22, 12)
const guard: Caller = { username: 'guard', role: 'guard', scope: 'street/east' }

test.each([
  { length: 5 * minute, points: 300, interval: second },
  { length: hour, points: 300, interval: 15 * second },
  { length: day, points: 300, interval: 5 * minute },
  { length: 7 * day, points: 300, interval: hour },
  { length: 365 * day, points: 300, interval: 2 * day },
  { length: minute, points: 1, interval: minute },
  { length: noon, points: 2, interval: 364 * day * 32 },
])('$length ms in at most $points points makes intervals of $interval ms', ({ length, points, interval }) => {
  expect(intervalFor({ from: noon - length, to: noon }, points)).toBe(interval)
})

test.each([1, 2, 7, 300, 2000])('there are never more intervals than %i', (points) => {
  for (const length of [1, 999, 61_001, hour + 1, 3 * day + 17]) {
    const from = noon - 12_345
    const interval = intervalFor({ from, to: from + length }, points)
    const pieces = Math.floor((from + length - 1) / interval) - Math.floor(from / interval) + 1
    expect(pieces).toBeLessThanOrEqual(points)
  }
})

function setup(gatewayId: string | undefined = 'gw-1') {
  const asked: SeriesQuery[] = []
  const service = createTelemetryService({
    devices: { get: async (_caller, id) => ({ id, kind: 'smoke', compoundId: 'garden' }) },
    gateways: { idOf: async () => gatewayId },
    reader: {
      series: async (query) => {
        asked.push(query)
        return []
      },
    },
  })
  return { asked, service }
}

test('the range is widened to whole steps of the roll-ups', async () => {
  const { asked, service } = setup()
  await service.series(guard, { deviceId: 's1', reading: 'level', from: noon + 1, to: noon + 7 * day + 1, points: 300 })
  expect(asked).toEqual([
    {
      deviceId: 's1',
      gatewayId: 'gw-1',
      kind: 'smoke',
      reading: 'level',
      from: noon,
      to: noon + 7 * day + hour,
      intervalMs: hour,
    },
  ])
})

test('a range that ends before it begins is refused', async () => {
  const { service } = setup()
  await expect(service.series(guard, { deviceId: 's1', reading: 'level', from: noon, to: noon })).rejects.toMatchObject(
    { code: 'INVALID_INPUT' },
  )
})
