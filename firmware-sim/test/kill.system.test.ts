import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startInfluxd, type Influxd } from '../../platform/test/influxd.ts'
import { gatewayId, type House } from './house/house.ts'
import { eventEvery, startLoad, type Load } from './house/load.ts'
import { setupHouse } from './house/setup.ts'

const deviceIds = Array.from({ length: 20 }, (_, index) => `lane-${index}`)
const rounds = 5
const messagesPerSecond = 1000
const messagesBetweenKills = 1500

async function setup() {
  const influx = await startInfluxd()
  onTestFinished(() => influx.stop())
  const house = await setupHouse({
    devices: Object.fromEntries(
      deviceIds.map((deviceId) => [deviceId, { kind: 'barrier', settings: { direction: 'in' } }]),
    ),
    env: { INFLUX_URL: influx.url, INFLUX_FLAVOUR: 'v1', INFLUX_DB: 'gatehouse' },
  })
  const load = await startLoad({ mqttPort: house.mqttPort(), deviceIds, messagesPerSecond })
  return { influx, house, load }
}

const untilFurther = async (load: Load) => {
  const target = load.count() + messagesBetweenKills
  await vi.waitFor(() => expect(load.count()).toBeGreaterThan(target), { timeout: 60_000, interval: 50 })
}

/** Event names that the platform has stored, in the order of their numbers, by device. */
function storedEvents(house: House): Map<string, string[]> {
  const folder = join(house.data, 'platform')
  const file = readdirSync(folder).find((name) => name.endsWith('.db') || name.endsWith('.sqlite'))
  const database = new Database(join(folder, file ?? ''), { readonly: true })
  const rows = database
    .prepare(
      `select device_id as deviceId, json_extract(body, '$.eventId') as eventId from area_events
       where gateway_id = ? and type = 'parking.vehicle-passed' order by seq`,
    )
    .all(gatewayId) as { deviceId: string; eventId: string }[]
  database.close()
  const byDevice = new Map<string, string[]>()
  for (const { deviceId, eventId } of rows) byDevice.set(deviceId, [...(byDevice.get(deviceId) ?? []), eventId])
  return byDevice
}

async function storedReportTimes(influx: Influxd, deviceId: string): Promise<Set<number>> {
  const query = new URLSearchParams({
    db: 'gatehouse',
    epoch: 'ms',
    q: `SELECT temperature FROM barrier WHERE device = '${deviceId}'`,
  })
  const answer = (await (await fetch(`${influx.url}/query?${query.toString()}`)).json()) as {
    results: { series?: { values: [number, number][] }[] }[]
  }
  return new Set(answer.results[0]?.series?.[0]?.values.map(([at]) => at))
}

const numberOf = (eventId: string) => Number(eventId.split(':')[1])

async function expectNothingLost({ influx, house, load }: Awaited<ReturnType<typeof setup>>) {
  await load.finish()
  const expected = [...load.acknowledged.events.values()].reduce((sum, events) => sum + events.length, 0)
  expect(load.count() - expected, 'reports were acknowledged').toBeGreaterThan(rounds * messagesBetweenKills * 0.7)
  expect(expected, 'events were acknowledged').toBeGreaterThan((rounds * messagesBetweenKills) / (2 * eventEvery))
  await vi.waitFor(() => expect([...storedEvents(house).values()].flat().length).toBeGreaterThanOrEqual(expected), {
    timeout: 60_000,
    interval: 500,
  })
  const stored = storedEvents(house)
  for (const [deviceId, acknowledged] of load.acknowledged.events) {
    const names = stored.get(deviceId) ?? []
    expect(names.length, `${deviceId}: no event stands twice`).toBe(new Set(names).size)
    expect(
      acknowledged.filter((name) => !names.includes(name)),
      `${deviceId}: acknowledged events are there`,
    ).toEqual([])
    expect(names, `${deviceId}: events are in order`).toEqual([...names].sort((a, b) => numberOf(a) - numberOf(b)))
  }
  for (const [deviceId, acknowledged] of load.acknowledged.reports) {
    await vi.waitFor(
      async () => {
        const times = await storedReportTimes(influx, deviceId)
        expect(
          acknowledged.filter((at) => !times.has(at)),
          `${deviceId}: acknowledged reports are there`,
        ).toEqual([])
      },
      { timeout: 60_000, interval: 500 },
    )
  }
}

test(
  'a gateway that is killed in the midst of 1,000 messages a second has lost and doubled nothing',
  { timeout: 240_000 },
  async () => {
    const run = await setup()
    for (let round = 0; round < rounds; round += 1) {
      await untilFurther(run.load)
      await run.house.gateway.kill()
      await run.house.startGateway()
    }
    await expectNothingLost(run)
  },
)

test(
  'a platform that is killed in the midst of 1,000 messages a second has lost and doubled nothing',
  { timeout: 240_000 },
  async () => {
    const run = await setup()
    for (let round = 0; round < rounds; round += 1) {
      await untilFurther(run.load)
      await run.house.platform.kill()
      await untilFurther(run.load)
      await run.house.startPlatform()
    }
    await expectNothingLost(run)
  },
)

test(
  'an InfluxDB that is killed in the midst of 1,000 messages a second has lost and doubled nothing',
  { timeout: 240_000 },
  async () => {
    const run = await setup()
    for (let round = 0; round < rounds; round += 1) {
      await untilFurther(run.load)
      await run.influx.kill()
      await untilFurther(run.load)
      await run.influx.restart()
    }
    await expectNothingLost(run)
  },
)
