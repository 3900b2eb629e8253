import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { TelemetryNumber } from '../telemetry-points.ts'
import { openStore } from './store.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const noon = Date.UTC(2026, 10, 22, 12)

function setup({ maxSeries = 100, retentionDays = { raw: 2, minute: 40, hour: 800 } } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-'))
  const clock = { now: noon }
  const open = () => openStore({ folder, maxSeries, retentionDays, now: () => clock.now })
  let store = open()
  onTestFinished(() => {
    store.close()
    rmSync(folder, { recursive: true })
  })
  return {
    clock,
    files: () => readdirSync(folder).filter((name) => name.endsWith('.sqlite')),
    write: (...points: TelemetryNumber[]) => [...store.write(points).values()],
    forget: () => store.forget(),
    settle: () => {
      while (store.settle());
    },
    read: (from: number, to: number, intervalMs: number) =>
      store.series({ deviceId: 's1', kind: 'smoke', reading: 'level', from, to, intervalMs }),
    restart: () => {
      store.close()
      store = open()
    },
  }
}

const point = (at: number, value: number, deviceId = 's1'): TelemetryNumber => ({
  line: 1,
  gatewayId: 'g1',
  deviceId,
  kind: 'smoke',
  reading: 'level',
  at,
  value,
})

test('an interval has mean, lowest, highest and number of its values', () => {
  const { write, read } = setup()
  write(point(noon, 1), point(noon + 1000, 2), point(noon + 2000, 6), point(noon + 10_000, 5))
  expect(read(noon, noon + minute, 5000)).toEqual([
    { at: noon, count: 3, sum: 9, min: 1, max: 6 },
    { at: noon + 10_000, count: 1, sum: 5, min: 5, max: 5 },
  ])
})

test('writing the same again changes nothing', () => {
  const { write, read } = setup()
  write(point(noon, 1))
  write(point(noon, 1))
  expect(read(noon, noon + minute, minute)).toEqual([{ at: noon, count: 1, sum: 1, min: 1, max: 1 }])
})

test.each([1000, minute, hour, day])(
  'a late point is in the right interval of %i ms, before and after roll-up',
  (step) => {
    const { clock, write, read, settle } = setup()
    write(point(noon - hour, 1))
    settle()
    write(point(noon - hour + 10, 3))
    const whole = () => read(noon - 2 * hour, noon, step).map(({ count, sum }) => ({ count, sum }))
    expect(whole()).toEqual([{ count: 2, sum: 4 }])
    clock.now += hour
    settle()
    expect(whole()).toEqual([{ count: 2, sum: 4 }])
  },
)

test('roll-ups that waited are made up for after a restart', () => {
  const { write, read, restart, settle } = setup()
  write(point(noon - hour, 2))
  restart()
  settle()
  expect(read(noon - 2 * hour, noon, hour)).toEqual([{ at: noon - hour, count: 1, sum: 2, min: 2, max: 2 }])
})

test('raw values are forgotten by the day; their minutes and hours stay', () => {
  const { clock, write, read, forget, files } = setup()
  write(point(noon, 1), point(noon + 500, 3))
  clock.now += 10 * day
  expect(forget()).toEqual(['raw-2026-11-22'])
  expect(files()).toEqual(['hour-2026.sqlite', 'minute-2026-11.sqlite', 'series.sqlite'])
  const expected = [{ at: noon, count: 2, sum: 4, min: 1, max: 3 }]
  expect(read(noon, noon + minute, 1000)).toEqual(expected)
  expect(read(noon, noon + hour, hour)).toEqual(expected)
})

test('what is older than the raw values that are kept is refused', () => {
  const { write } = setup()
  expect(write(point(noon - 5 * day, 1), point(noon, 1))).toEqual(['older than what is kept'])
})

test('the number of series is limited, and those that are known still take values', () => {
  const { write, read } = setup({ maxSeries: 1 })
  expect(write(point(noon, 1), point(noon, 1, 's2'), point(noon + 1, 1))).toEqual(['too many series'])
  expect(read(noon, noon + minute, minute)).toMatchObject([{ count: 2 }])
})

test('a range over several days is read as one', () => {
  const { write, read } = setup()
  write(point(noon - day, 1), point(noon, 3))
  expect(read(noon - 2 * day, noon + day, 7 * day)).toMatchObject([{ count: 2, sum: 4 }])
})
