import type { BarrierReport } from '@gatehouse/gateway/protocol'
import { getTelemetry } from '@gatehouse/platform/contract'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startInfluxd } from '../../platform/test/influxd.ts'
import { createRandom } from '../src/core/seeded-random.ts'
import type { House } from './house/house.ts'
import { sendReports } from './house/recorded-reports.ts'
import { setupHouse } from './house/setup.ts'

const deviceIds = ['north-in', 'south-in'] as const
const second = 1000
const minute = 60 * second
const hour = 60 * minute

const setup = (env: Readonly<Record<string, string>> = {}) =>
  setupHouse({
    devices: Object.fromEntries(deviceIds.map((deviceId) => [deviceId, { kind: 'barrier' as const }])),
    env,
  })

/** A barrier's last hours: a report about every half minute, with a silence of an hour in between. */
function recording(deviceId: string, until: number): BarrierReport[] {
  const random = createRandom(deviceId)
  const reports: BarrierReport[] = []
  for (let at = until - 4 * hour; at < until; at += random.int(25 * second, 45 * second)) {
    if (at > until - 3 * hour && at < until - 2 * hour) continue
    reports.push({
      at,
      seq: reports.length,
      arm: 'closed',
      loop: random.chance(0.3),
      // Quarters add up exactly, in whatever order a store adds them.
      temperatureCelsius: random.int(-80, 160) / 4,
    })
  }
  return reports
}

const ask = (house: House, deviceId: string, query: { reading: string; from: number; to: number; points: number }) =>
  house.admin.call(getTelemetry, { params: { deviceId }, querystring: query })

test('telemetry reads the same from the embedded store and from InfluxDB', async () => {
  const influx = await startInfluxd()
  onTestFinished(() => influx.stop())
  const houses = await Promise.all([
    setup(),
    setup({ INFLUX_URL: influx.url, INFLUX_FLAVOUR: 'v1', INFLUX_DB: 'gatehouse' }),
  ])
  const until = Date.now()
  const whole = { reading: 'temperature', from: until - 5 * hour, to: until }
  for (const deviceId of deviceIds) {
    const reports = recording(deviceId, until)
    // What was sent before a connection broke comes a second time.
    const sent = [...reports.slice(0, 120), ...reports.slice(100)]
    await Promise.all(houses.map((house) => sendReports(house, deviceId, sent)))
    for (const house of houses) {
      await vi.waitFor(
        async () => {
          const { points } = await ask(house, deviceId, { ...whole, points: 2000 })
          expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(reports.length)
        },
        { timeout: 20_000, interval: 200 },
      )
    }
  }

  const questions = deviceIds.flatMap((deviceId) =>
    ['temperature', 'loop'].flatMap((reading) => [
      { deviceId, query: { ...whole, reading, points: 1 } },
      { deviceId, query: { ...whole, reading, points: 300 } },
      { deviceId, query: { ...whole, reading, points: 2000 } },
      // Borders that fall into the middle of everything.
      { deviceId, query: { reading, from: until - 97 * minute - 7, to: until - 13 * minute + 3, points: 60 } },
      { deviceId, query: { reading, from: until - 60 * minute - 1, to: until - 59 * minute, points: 500 } },
      // The silence.
      { deviceId, query: { reading, from: until - 3 * hour + 2 * minute, to: until - 2 * hour - minute, points: 60 } },
    ]),
  )
  for (const { deviceId, query } of questions) {
    const [embedded, influxdb] = await Promise.all(houses.map((house) => ask(house, deviceId, query)))
    expect(influxdb, JSON.stringify({ deviceId, query })).toEqual(embedded)
  }
  const [{ points: silence }, { points: all }] = await Promise.all([
    ask(houses[0], 'north-in', questions[5]?.query ?? { ...whole, points: 1 }),
    ask(houses[0], 'north-in', { ...whole, points: 300 }),
  ])
  expect(silence).toEqual([])
  expect(all.length).toBeGreaterThan(50)
})
