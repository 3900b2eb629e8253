import { listAlerts, listDevices } from '@gatehouse/platform/contract'
import { expect, test, vi } from 'vitest'
import { barrier } from '../src/devices/barrier.device.ts'
import { faceGate } from '../src/devices/face-gate.device.ts'
import { smoke } from '../src/devices/smoke.device.ts'
import { setupHouse } from './house/setup.ts'
import { startTwin } from './house/twins.ts'

/** A device minute lasts three seconds: what would close by itself has closed long before a test ends. */
const pace = 20
const fire = { type: 'smoke', peakPercent: 30, forMs: 120_000 } as const
const within = { timeout: 10_000, interval: 50 }
/** The gateway tries to come back at growing intervals. */
const afterOutage = { timeout: 30_000, interval: 50 }

async function setup() {
  const house = await setupHouse({
    devices: {
      'north-in': { kind: 'barrier', settings: { direction: 'in' } },
      'south-out': { kind: 'barrier', settings: { direction: 'out' } },
      'door-1': { kind: 'face-gate', settings: { building: '1' } },
      'door-2a': { kind: 'face-gate', settings: { building: '2' } },
      'door-2b': { kind: 'face-gate', settings: { building: '2' } },
      'smoke-2': { kind: 'smoke', settings: { building: '2' } },
    },
  })
  const [barriers, doors, neighbour, detector] = await Promise.all([
    Promise.all(['north-in', 'south-out'].map((deviceId) => startTwin(barrier, { house, deviceId, pace }))),
    Promise.all(['door-2a', 'door-2b'].map((deviceId) => startTwin(faceGate, { house, deviceId, pace }))),
    startTwin(faceGate, { house, deviceId: 'door-1', pace }),
    startTwin(smoke, { house, deviceId: 'smoke-2', pace }),
  ])

  const untilOpen = () =>
    vi.waitFor(() => {
      for (const twin of barriers) expect(twin.last(), twin.deviceId).toMatchObject({ arm: 'open' })
      for (const twin of doors) expect(twin.last(), twin.deviceId).toMatchObject({ lock: 'held-open' })
    }, within)

  /** Two regular reports later everything that closes by itself would have closed. */
  async function expectToStayOpen() {
    const counts = new Map([...barriers, ...doors].map((twin) => [twin.deviceId, twin.reports().length]))
    const later = <R>(twin: { readonly deviceId: string; reports(): readonly R[] }) =>
      twin.reports().slice(counts.get(twin.deviceId))
    await vi.waitFor(() => {
      for (const twin of [...barriers, ...doors]) expect(later<object>(twin).length, twin.deviceId).toBeGreaterThan(1)
    }, within)
    for (const twin of barriers) expect(new Set(later(twin).map(({ arm }) => arm))).toEqual(new Set(['open']))
    for (const twin of doors) expect(new Set(later(twin).map(({ lock }) => lock))).toEqual(new Set(['held-open']))
    expect(new Set(neighbour.reports().map(({ lock }) => lock))).toEqual(new Set(['locked']))
  }

  const alerts = () => house.admin.call(listAlerts, { querystring: {} })
  const readings = async () => {
    const devices = await house.admin.call(listDevices, { querystring: {} })
    return Object.fromEntries(devices.map(({ id, readings: { arm, lock } }) => [id, arm ?? lock]))
  }
  return { house, detector, untilOpen, expectToStayOpen, alerts, readings }
}

const allOpen = {
  'north-in': 'open',
  'south-out': 'open',
  'door-1': 'locked',
  'door-2a': 'held-open',
  'door-2b': 'held-open',
}

test('smoke opens every exit of its building and every barrier, and keeps them open', async () => {
  const { detector, untilOpen, expectToStayOpen, alerts, readings } = await setup()
  const before = Date.now()
  detector.stimulate(fire)
  await untilOpen()
  await vi.waitFor(async () => {
    expect(await alerts()).toEqual([
      expect.objectContaining({
        type: 'sensors.smoke',
        severity: 'critical',
        state: 'open',
        deviceId: 'smoke-2',
        details: expect.objectContaining({ building: '2' }) as unknown,
      }),
    ])
    expect(await readings()).toMatchObject(allOpen)
  }, within)
  const [alert] = await alerts()
  expect(alert?.at).toBeGreaterThanOrEqual(before)
  await expectToStayOpen()
})

test('smoke opens the exits while the platform is down, which hears of it with the time of the alarm', async () => {
  const { house, detector, untilOpen, expectToStayOpen, alerts, readings } = await setup()
  await house.platform.stop()
  const before = Date.now()
  detector.stimulate(fire)
  await untilOpen()
  const openedBy = Date.now()
  await house.startPlatform()
  await vi.waitFor(async () => {
    const smokeAlerts = (await alerts()).filter(({ type }) => type === 'sensors.smoke')
    expect(smokeAlerts).toEqual([
      expect.objectContaining({ severity: 'critical', state: 'open', deviceId: 'smoke-2' }) as unknown,
    ])
  }, afterOutage)
  const alert = (await alerts()).find(({ type }) => type === 'sensors.smoke')
  expect(alert?.at).toBeGreaterThanOrEqual(before)
  expect(alert?.at).toBeLessThanOrEqual(openedBy)
  expect(alert?.receivedAt).toBeGreaterThan(openedBy)
  await expectToStayOpen()
  await vi.waitFor(async () => expect(await readings()).toMatchObject(allOpen), within)
})
