import { listAlerts, listPassages } from '@gatehouse/platform/contract'
import { expect, test, vi } from 'vitest'
import { barrier } from '../src/devices/barrier.device.ts'
import { setupHouse } from './house/setup.ts'
import { carAt, startTwin } from './house/twins.ts'

const pace = 5
const within = { timeout: 15_000, interval: 50 }
/** The gateway tries to come back at growing intervals. */
const afterOutage = { timeout: 30_000, interval: 50 }
const resident = '京A12345'
const neighbour = '京C24680'

async function setup() {
  const house = await setupHouse({
    devices: { 'north-in': { kind: 'barrier', settings: { direction: 'in' } } },
    permits: [resident, neighbour].map((plate) => ({ plate, kind: 'monthly' as const, holder: 'Li' })),
  })
  await vi.waitFor(() => expect(house.gateway.output()).toMatch(/"area":"parking".*desired state applied/), within)
  const lane = await startTwin(barrier, { house, deviceId: 'north-in', pace })
  const arms = () => lane.reports().map(({ arm }) => arm)
  return { house, lane, arms }
}

test('a permitted car gets in while the platform is down and is listed once when it is back', async () => {
  const { house, lane, arms } = await setup()
  await house.platform.stop()
  lane.faults.inject({ type: 'duplicate-events' })
  const before = Date.now()
  lane.stimulate(carAt(house, 'north-in', { plate: resident }))
  await vi.waitFor(() => expect(arms()).toContain('open'), within)
  await vi.waitFor(() => expect(lane.last()).toMatchObject({ arm: 'closed', loop: false }), within)
  const insideBy = Date.now()

  await house.startPlatform()
  const passages = () => house.admin.call(listPassages, { querystring: {} })
  await vi.waitFor(async () => expect(await passages()).not.toEqual([]), afterOutage)
  // A later passage shows that everything before it has come.
  lane.stimulate(carAt(house, 'north-in', { plate: neighbour }))
  await vi.waitFor(async () => expect((await passages())[0]).toMatchObject({ matchedPlate: neighbour }), within)
  const [, ...earlier] = await passages()
  expect(earlier).toEqual([
    expect.objectContaining({
      deviceId: 'north-in',
      direction: 'in',
      matchedPlate: resident,
      decision: 'open',
      rule: 'monthly',
      picture: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    }),
  ])
  expect(earlier[0]?.at).toBeGreaterThanOrEqual(before)
  expect(earlier[0]?.at).toBeLessThanOrEqual(insideBy)
  expect(await house.admin.call(listAlerts, { querystring: {} })).toEqual([])
})

test('an unknown car stays outside while the platform is down', async () => {
  const { house, lane, arms } = await setup()
  await house.platform.stop()
  lane.stimulate(carAt(house, 'north-in', { plate: '沪B67890', patienceMs: 3000 }))
  await vi.waitFor(() => expect(lane.reports().map(({ loop }) => loop)).toContain(true), within)
  await vi.waitFor(() => expect(lane.last()).toMatchObject({ loop: false }), within)
  expect(new Set(arms())).toEqual(new Set(['closed']))

  await house.startPlatform()
  await vi.waitFor(async () => {
    const alerts = await house.admin.call(listAlerts, { querystring: {} })
    expect(alerts.map(({ type, picture }) => ({ type, hasPicture: picture !== undefined }))).toEqual([
      { type: 'parking.entry-refused', hasPicture: true },
    ])
  }, afterOutage)
})
