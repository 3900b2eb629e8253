import { expect, test } from 'vitest'
import { deviceByOurClock, figuresByOurClock, offsetOf } from './gateway-clock.ts'

const sequence = {
  ...{ lastSeq: 9, gaps: 1, missing: 2, duplicates: 0, late: 0, restarts: 0, unknown: { from: 10, to: 20 } },
  recent: [{ from: 3, to: 4, after: 1000, before: 2000 }],
}
const figures = {
  outbox: { lastSeq: 9, backlog: 2, oldestAt: 1000 },
  telemetry: { waitingBytes: 5, bytes: 5, capacityBytes: 10, dropped: 0 },
  pictures: { bytes: 0, capacityBytes: 1, dropped: 0 },
  disk: { freeBytes: 1, state: 'ok' as const },
  memoryBytes: 1,
  devices: 1,
}

test('clocks that agree within what a message takes are left alone', () => {
  expect(offsetOf(10_000, 11_900)).toBe(0)
  expect(offsetOf(10_000, 70_000)).toBe(60_000)
  expect(figuresByOurClock(figures, 0)).toBe(figures)
})

test('every time of a gateway whose clock is off is told by our clock', () => {
  expect(figuresByOurClock(figures, 500)).toMatchObject({ outbox: { oldestAt: 1500 }, telemetry: { waitingBytes: 5 } })
  const device = deviceByOurClock({ deviceId: 'd', lastMessageAt: 3000, reports: sequence, events: sequence }, 500)
  expect(device).toMatchObject({ lastMessageAt: 3500, reports: { unknown: { from: 510, to: 520 } } })
  expect(device.events?.recent).toEqual([{ from: 3, to: 4, after: 1500, before: 2500 }])
})
