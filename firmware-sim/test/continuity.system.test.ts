import { getContinuity, listAlerts } from '@gatehouse/platform/contract'
import { expect, onTestFinished, test, vi } from 'vitest'
import { gatewayId, type House } from './house/house.ts'
import { startNumberedDevice } from './house/numbered-device.ts'
import { setupHouse } from './house/setup.ts'
import { barrier } from '../src/devices/barrier.device.ts'
import { startTwin } from './house/twins.ts'

const within = { timeout: 20_000, interval: 100 }
/** The gateway tries to come back at growing intervals. */
const afterOutage = { timeout: 40_000, interval: 100 }
const lane = { 'north-in': { kind: 'barrier', settings: { direction: 'in' } } } as const
const often = { GATEHOUSE_CONTINUITY_S: '1' }

const look = (house: House) => house.admin.call(getContinuity, { params: { gatewayId }, querystring: {} })
const deviceOf = async (house: House) => (await look(house)).devices.find(({ deviceId }) => deviceId === 'north-in')

test('what a device has lost is known by its numbers, and a repetition or a restart is no loss', async () => {
  const house = await setupHouse({ devices: lane, env: often })
  const device = await startNumberedDevice(house, 'north-in')
  for (const seq of [1, 2, 3, 7, 8, 8, 12]) await device.report(seq)
  for (const seq of [1, 2, 4]) await device.passed(seq)
  await vi.waitFor(async () => {
    expect(await deviceOf(house)).toMatchObject({
      ...{ gaps: 3, missing: 7 },
      reports: {
        ...{ lastSeq: 12, gaps: 2, missing: 6, duplicates: 0, restarts: 1 },
        recent: [
          { from: 4, to: 6 },
          { from: 9, to: 11 },
        ],
      },
      events: { lastSeq: 4, missing: 1, recent: [{ from: 3, to: 3 }] },
    })
  }, within)
  const { gateway } = await look(house)
  expect(gateway.totals).toMatchObject({ withGaps: 1, missing: 7 })
  expect(gateway.stored).toMatchObject({ missing: 0, problems: 0 })
})

test('a twin numbers its events, and none of them is missing whatever happens to its connection', async () => {
  const house = await setupHouse({ devices: lane, env: often })
  const twin = await startTwin(barrier, { house, deviceId: 'north-in', pace: 20 })
  for (let call = 0; call < 5; call += 1) {
    twin.stimulate({ type: 'call' })
    if (call === 2) twin.faults.inject({ type: 'drop-connection' })
  }
  twin.faults.clear('drop-connection')
  await vi.waitFor(async () => {
    expect((await deviceOf(house))?.events).toMatchObject({ lastSeq: 5, gaps: 0, missing: 0 })
  }, within)
})

test('while the centre is away the backlog grows and gets older; when it is back all is there and nothing is missing', async () => {
  const house = await setupHouse({ devices: lane, env: often })
  const device = await startNumberedDevice(house, 'north-in')
  await device.passed(1)
  await vi.waitFor(async () => expect((await look(house)).gateway.figures?.outbox.backlog).toBe(0), within)

  await house.platform.stop()
  for (let seq = 2; seq <= 40; seq += 1) await device.passed(seq)
  const metric = async (name: string) => {
    const text = await (await fetch(`http://127.0.0.1:${house.gatewayHttpPort()}/metrics`)).text()
    return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1])
  }
  expect(await metric('gatehouse_outbox_backlog')).toBeGreaterThanOrEqual(39)
  await vi.waitFor(
    async () => expect(await metric('gatehouse_outbox_oldest_seconds')).toBeGreaterThanOrEqual(2),
    within,
  )

  await house.startPlatform()
  await vi.waitFor(async () => {
    const { gateway } = await look(house)
    expect(gateway.figures?.outbox).toMatchObject({ backlog: 0 })
    expect(gateway.stored.lastSeq).toBe(gateway.figures?.outbox.lastSeq)
    expect(gateway.stored).toMatchObject({ missing: 0, checkedSeq: gateway.stored.lastSeq })
    expect((await deviceOf(house))?.events).toMatchObject({ lastSeq: 40, missing: 0 })
  }, afterOutage)
})

test('a gateway that was pulled from power accuses nobody of what it has itself forgotten', async () => {
  const house = await setupHouse({ devices: lane, env: often })
  const device = await startNumberedDevice(house, 'north-in')
  await device.report(1)
  await house.gateway.stop()
  await house.startGateway()
  await vi.waitFor(() => expect(device.client.connected).toBe(true), within)
  for (let seq = 2; seq <= 30; seq += 1) await device.report(seq)

  await house.gateway.kill()
  await house.startGateway()
  await vi.waitFor(() => expect(device.client.connected).toBe(true), within)
  await device.report(31)
  await vi.waitFor(async () => {
    const reports = (await deviceOf(house))?.reports
    expect(reports).toMatchObject({ lastSeq: 31, gaps: 0, missing: 0 })
    expect(reports?.unknown?.to).toBeGreaterThan(reports?.unknown?.from ?? Infinity)
  }, afterOutage)
})

test('a full spool gives up its oldest telemetry and says so; no event goes', async () => {
  const nowhere = { INFLUX_URL: 'http://127.0.0.1:9', INFLUX_FLAVOUR: 'v1' }
  const others = Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`lane-${index}`, { kind: 'barrier' }]))
  const env = { ...often, ...nowhere, GATEHOUSE_SPOOL_BYTES: '1048576' }
  const house = await setupHouse({ devices: { ...lane, ...others }, env })
  const device = await startNumberedDevice(house, 'north-in')
  for (let number = 1; number <= 20; number += 1) await device.passed(number)
  const talkers = await Promise.all(Object.keys(others).map((deviceId) => startNumberedDevice(house, deviceId)))
  let seq = 0
  const flood = setInterval(() => {
    seq += 1
    for (const talker of talkers) void talker.report(seq).catch(() => undefined)
  }, 12)
  onTestFinished(() => clearInterval(flood))

  const lossAlerts = async () =>
    (await house.admin.call(listAlerts, { querystring: {} })).filter(({ type }) => type === 'telemetry.dropped')
  await vi.waitFor(async () => expect(await lossAlerts()).toHaveLength(1), { timeout: 60_000, interval: 500 })
  clearInterval(flood)
  expect((await lossAlerts())[0]?.details).toMatchObject({ reason: 'spool-full' })
  await vi.waitFor(async () => {
    const { gateway, losses } = await look(house)
    const { dropped = 0, bytes, oldestAt, droppedFrom = Infinity } = gateway.figures?.telemetry ?? {}
    expect(dropped).toBeGreaterThan(0)
    expect(bytes).toBeLessThanOrEqual(1_048_576)
    expect(oldestAt).toBeGreaterThan(droppedFrom)
    expect(losses).toHaveLength(1)
    expect((await deviceOf(house))?.events).toMatchObject({ lastSeq: 20, missing: 0 })
    expect(gateway.stored).toMatchObject({ missing: 0 })
  }, within)
}, 120_000)
