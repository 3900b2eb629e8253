import {
  getTelemetry,
  listAlerts,
  listDeviceCommands,
  putCompound,
  putUser,
  type DeviceSetup,
} from '@gatehouse/platform/contract'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startInfluxd } from '../../platform/test/influxd.ts'
import { barrier } from '../src/devices/barrier.device.ts'
import { speaker } from '../src/devices/speaker.device.ts'
import { openPage, sidewaysScrollers, signInAs, untilPainted, widthOf } from './house/browser.ts'
import { compoundId, type House } from './house/house.ts'
import { sendReports } from './house/recorded-reports.ts'
import { setupHouse } from './house/setup.ts'
import { carAt, startTwin } from './house/twins.ts'

const guard = { username: 'guard', password: 'nobody sleeps at the gate' }
const lane = {
  'north-in': { kind: 'barrier', name: '北门入口', place: '北门', settings: { direction: 'in' } },
} as const
const stranger = { plate: '沪B67890' }
const afterOutage = { timeout: 30_000 }

interface SetupOptions {
  readonly devices?: Readonly<Record<string, Partial<DeviceSetup> & Pick<DeviceSetup, 'kind'>>>
  readonly env?: Readonly<Record<string, string>>
}

/** A house with a guard who may see one street. */
async function setup({ devices = lane, env = {} }: SetupOptions = {}) {
  const house = await setupHouse({ devices, env })
  await house.admin.call(putUser, {
    params: { username: guard.username },
    body: { name: '值班员', role: 'guard', scope: 'riverside', password: guard.password, temporaryPassword: false },
  })
  return house
}

const drawPlan = (house: House) =>
  house.admin.call(putCompound, {
    params: { compoundId },
    body: {
      name: 'Riverside Garden, eastern section',
      path: 'riverside/east/garden',
      plan: {
        width: 400,
        height: 250,
        shapes: [
          {
            kind: 'building',
            label: '1',
            points: [
              { x: 20, y: 20 },
              { x: 380, y: 20 },
              { x: 380, y: 90 },
              { x: 20, y: 90 },
            ],
          },
        ],
      },
    },
  })

test('a guard sees an unknown car at the gate, lets it in and closes the case', async () => {
  const house = await setup()
  const gate = await startTwin(barrier, { house, deviceId: 'north-in', pace: 2 })
  const page = await openPage(house.admin.url)
  await signInAs(page, { ...guard, language: 'Chinese' })
  await page.getByText('一切平静').waitFor()
  let loads = 0
  page.on('load', () => (loads += 1))

  gate.stimulate(carAt(house, 'north-in', stranger))
  const card = page.locator('[data-testid=alert-card][data-alert-type="parking.entry-refused"]')
  await card.waitFor()
  expect(await card.innerText()).toContain(stranger.plate)
  await untilPainted(card.locator('img'))

  await card.getByRole('link').click()
  const detail = page.getByTestId('alert-detail')
  await untilPainted(detail.locator('img').first())
  await detail.locator('[data-testid=reading-arm][data-value=closed]').waitFor()
  await page.getByTestId('command-open').click()
  await page.locator('#command-reason').fill('搬家公司，已与业主核实')
  await page.getByTestId('command-confirm').click()
  const moving = ['opening', 'open'].map((arm) => `[data-testid=reading-arm][data-value=${arm}]`).join(',')
  await Promise.all([
    detail.locator(moving).waitFor(),
    detail.locator('[data-testid=command-progress][data-state=done]').waitFor(),
  ])
  await detail.locator('[data-testid=reading-arm][data-value=closed]').waitFor()
  expect(gate.reports().map(({ arm }) => arm)).toContain('open')

  await page.getByRole('button', { name: '受理', exact: true }).click()
  await page.locator('[data-testid=alert-detail][data-state=acknowledged]').waitFor()
  await page.getByRole('button', { name: '办结', exact: true }).click()
  await page.locator('#resolve-note').fill('司机登记后放行')
  await page.getByTestId('resolve-confirm').click()
  await page.locator('[data-testid=alert-detail][data-state=resolved]').getByText('司机登记后放行').waitFor()

  await page.getByRole('navigation').getByRole('link', { name: '实时' }).click()
  await page.getByText('一切平静').waitFor()
  expect(loads, 'nothing was loaded anew').toBe(0)
  const [alert] = await house.admin.call(listAlerts, { querystring: {} })
  expect(alert).toMatchObject({ state: 'resolved', acknowledgedBy: 'guard', resolvedBy: 'guard' })
  const [opening] = await house.admin.call(listDeviceCommands, { params: { deviceId: 'north-in' } })
  expect(opening).toMatchObject({
    ...{ name: 'open', by: 'guard', state: 'done' },
    ...{ reason: '搬家公司，已与业主核实', alertId: alert?.id },
  })
})

test('the console fits a phone, where a guard acknowledges by touch', async () => {
  const house = await setup({
    devices: {
      'north-in': {
        ...lane['north-in'],
        name: 'North gate, entrance for residents and visitors',
        place: 'North gate',
        position: { x: 200, y: 5 },
      },
      'speaker-1': {
        kind: 'speaker',
        name: 'Playground loudspeaker',
        place: 'Playground',
        position: { x: 90, y: 120 },
      },
    },
  })
  await drawPlan(house)
  const gate = await startTwin(barrier, { house, deviceId: 'north-in' })
  await startTwin(speaker, { house, deviceId: 'speaker-1' })
  const width = 360
  const page = await openPage(house.admin.url, {
    viewport: { width, height: 740 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
  })
  async function expectToFit(what: string) {
    expect(await widthOf(page), what).toBeLessThanOrEqual(width)
    expect(await sidewaysScrollers(page), what).toEqual([])
  }
  const go = (name: string) => page.getByRole('navigation').getByRole('link', { name }).tap()

  await expectToFit('sign-in')
  await signInAs(page, { ...guard, language: 'English' })
  await page.getByText('All quiet').waitFor()
  gate.stimulate(carAt(house, 'north-in', stranger))
  const card = page.getByTestId('alert-card')
  await untilPainted(card.locator('img'))
  await expectToFit('live, alerts')
  await page.getByRole('tab', { name: 'Plan' }).tap()
  await page.locator('.leaflet-marker-icon').first().waitFor()
  await expectToFit('live, plan')
  await page.getByRole('tab', { name: 'Devices' }).tap()
  await page.locator('.part-devices').getByText('All online').first().waitFor()
  await expectToFit('live, devices')

  await go('Alerts')
  await page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor()
  await card.waitFor()
  await expectToFit('alerts')
  await card.getByRole('button', { name: 'Acknowledge' }).tap()
  await page.locator('[data-testid=alert-card][data-state=acknowledged]').waitFor()
  await card.getByRole('link').tap()
  await untilPainted(page.getByTestId('alert-detail').locator('img').first())
  await expectToFit('alert')
  const [alert] = await house.admin.call(listAlerts, { querystring: {} })
  expect(alert).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'guard' })

  await go('Devices')
  await page.locator('[data-testid=device-row][data-device-id=north-in]').waitFor()
  await expectToFit('devices')
  await page.locator('[data-testid=device-row][data-device-id=north-in]').tap()
  await page.getByTestId('device-detail').getByTestId('reading-arm').waitFor()
  await expectToFit('device')

  await go('Broadcast')
  await page.getByText('Playground loudspeaker').waitFor()
  await expectToFit('broadcast')
})

/** A zone in which it is two o'clock at night now. */
function nightZone() {
  const hoursAhead = ((2 - new Date().getUTCHours() + 36) % 24) - 12
  return hoursAhead > 0 ? `Etc/GMT-${hoursAhead}` : `Etc/GMT+${-hoursAhead}`
}

test('an emergency is announced at night through the chosen speakers, with the result of each', async () => {
  const names = { 'speaker-1': '一号音柱', 'speaker-2': '二号音柱', 'speaker-3': '三号音柱' }
  const house = await setup({
    devices: Object.fromEntries(Object.entries(names).map(([deviceId, name]) => [deviceId, { kind: 'speaker', name }])),
    env: { GATEHOUSE_TIME_ZONE: nightZone() },
  })
  const speakers = await Promise.all(
    Object.keys(names).map((deviceId) => startTwin(speaker, { house, deviceId, pace: 10 })),
  )
  const page = await openPage(house.admin.url)
  await signInAs(page, { ...guard, language: 'Chinese' })
  await page.getByRole('navigation').getByRole('link', { name: '广播' }).click()

  await page.locator('#broadcast-text').fill('二号楼发生火情，请从东侧楼梯撤离。')
  await page.locator('#broadcast-priority').selectOption('emergency')
  await page.locator('#broadcast-reason').fill('二号楼烟感报警')
  for (const name of ['一号音柱', '三号音柱']) await page.getByRole('checkbox', { name }).check()
  await page.getByRole('button', { name: '预览' }).click()
  await page.getByTestId('broadcast-start').click()

  const results = page.getByTestId('broadcast').first().getByTestId('speaker-result')
  const finished = results.and(page.locator('[data-state=finished]'))
  await vi.waitFor(async () => expect(await finished.count()).toBe(2), { timeout: 15_000 })
  expect((await results.allInnerTexts()).map((text) => text.slice(0, 4)).sort()).toEqual(['一号音柱', '三号音柱'])
  expect(await page.getByTestId('broadcast-played').innerText()).toBe('2/2 已播放')
  const hasPlayed = speakers.map((twin) => twin.reports().some(({ playing }) => playing))
  expect(hasPlayed).toEqual([true, false, true])
})

test('a lost connection is told, and when it is back what happened meanwhile is shown', async () => {
  const house = await setup()
  const gate = await startTwin(barrier, { house, deviceId: 'north-in' })
  const page = await openPage(house.admin.url)
  await signInAs(page, { ...guard, language: 'Chinese' })
  const banner = page.getByTestId('stale-banner')
  expect(await banner.isVisible()).toBe(false)

  await house.platform.kill()
  await banner.waitFor()
  gate.stimulate(carAt(house, 'north-in', stranger))
  await vi.waitFor(() => expect(gate.last()).toMatchObject({ loop: true }))
  await house.startPlatform()
  await banner.waitFor({ state: 'hidden', ...afterOutage })
  const card = page.locator('[data-testid=alert-card][data-alert-type="parking.entry-refused"]')
  await card.waitFor(afterOutage)
  await untilPainted(card.locator('img'))
})

const stores = {
  'the embedded store': async () => ({}),
  async InfluxDB() {
    const influx = await startInfluxd()
    onTestFinished(() => influx.stop())
    return { INFLUX_URL: influx.url, INFLUX_FLAVOUR: 'v1', INFLUX_DB: 'gatehouse' }
  },
}

test.each(Object.entries(stores))('a device shows its history from %s', async (_store, startStore) => {
  const house = await setup({ env: await startStore() })
  const until = Date.now()
  const temperatures = [10, 20, 30]
  const reports = Array.from({ length: 90 }, (_, index) => ({
    ...{ at: until - (90 - index) * 30_000, seq: index, arm: 'closed' as const, loop: false },
    temperatureCelsius: temperatures[index % temperatures.length] ?? 0,
  }))
  await sendReports(house, 'north-in', reports)
  const query = { reading: 'temperature', from: until - 3_600_000, to: until, points: 1 }
  await vi.waitFor(
    async () => {
      const { points } = await house.admin.call(getTelemetry, { params: { deviceId: 'north-in' }, querystring: query })
      expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(reports.length)
    },
    { timeout: 20_000, interval: 200 },
  )

  const page = await openPage(house.admin.url)
  await signInAs(page, { ...guard, language: 'Chinese' })
  await page.goto('/devices/north-in')
  const history = page.getByRole('region', { name: '历史曲线' })
  await history.getByRole('combobox').selectOption('temperature')
  await history.getByRole('button', { name: '1 小时' }).click()
  await history.getByText('最低 10 °C · 平均 20 °C · 最高 30 °C').waitFor()
  const chart = await history.getByTestId('telemetry-chart').locator('canvas').boundingBox()
  expect(chart).toMatchObject({ width: expect.any(Number) as number, height: expect.any(Number) as number })
  expect(Math.min(chart?.width ?? 0, chart?.height ?? 0)).toBeGreaterThan(100)
})
