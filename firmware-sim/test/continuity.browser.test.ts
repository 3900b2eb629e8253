import { putUser } from '@gatehouse/platform/contract'
import { expect, test, vi } from 'vitest'
import { openPage, sidewaysScrollers, signInAs, widthOf } from './house/browser.ts'
import { gatewayId, type House } from './house/house.ts'
import { startNumberedDevice } from './house/numbered-device.ts'
import { setupHouse } from './house/setup.ts'

const guard = { username: 'guard', password: 'nobody sleeps at the gate' }
const lane = {
  'north-in': { kind: 'barrier', name: '北门入口', place: '北门', settings: { direction: 'in' } },
} as const
/** The platform waits for a gateway's next word before it calls it away. */
const afterOutage = { timeout: 60_000, interval: 200 }

async function setup() {
  const house = await setupHouse({ devices: lane, env: { GATEHOUSE_CONTINUITY_S: '1' } })
  await house.admin.call(putUser, {
    params: { username: guard.username },
    body: { name: '值班员', role: 'guard', scope: 'riverside', password: guard.password, temporaryPassword: false },
  })
  const device = await startNumberedDevice(house, 'north-in')
  for (const seq of [1, 2, 9]) await device.report(seq)
  return house
}

async function open(house: House, viewport?: { width: number; height: number }) {
  const page = await openPage(house.admin.url, viewport ? { viewport } : {})
  await signInAs(page, { ...guard, language: 'English' })
  if (viewport) await page.goto('/gateways')
  else await page.getByRole('link', { name: 'Gateways' }).click()
  const line = page.getByTestId('gateway-line')
  await line.waitFor()
  return { page, line }
}

test('a gateway that is pulled from power is shown as stale with its time, and fresh again when it is back', async () => {
  const house = await setup()
  const { page, line } = await open(house)
  await vi.waitFor(async () => expect(await line.getAttribute('data-stale')).toBe('false'), afterOutage)
  await vi.waitFor(async () => expect(await line.innerText()).toContain('6 missing from 1 devices'), afterOutage)

  await house.gateway.kill()
  await vi.waitFor(async () => expect(await line.getAttribute('data-stale')).toBe('true'), afterOutage)
  expect(await line.getByTestId('figures-age').innerText()).toMatch(
    /^As of \d\d:\d\d:\d\d, gateway not connected for \d+/,
  )
  expect(await line.innerText()).toContain('Check the power and network of the gateway')

  await line.click()
  const detail = page.getByTestId('gateway-detail')
  await detail.waitFor()
  expect(await detail.getAttribute('data-stale')).toBe('true')
  const device = page.getByTestId('device-gaps')
  await device.locator('summary').click()
  expect(await device.innerText()).toContain('Numbers 3–8 missing')

  await house.startGateway()
  await vi.waitFor(async () => expect(await detail.getAttribute('data-stale')).toBe('false'), afterOutage)
  expect(await page.getByTestId('figures-age').innerText()).toMatch(/^As of \d\d:\d\d:\d\d$/)
}, 180_000)

test('on a phone nothing has to be pushed aside to be read', async () => {
  const house = await setup()
  const { page, line } = await open(house, { width: 360, height: 740 })
  expect(await widthOf(page)).toBeLessThanOrEqual(360)
  await line.click()
  await page.getByTestId('gateway-detail').waitFor()
  await page.getByTestId('device-gaps').locator('summary').click()
  expect(await widthOf(page)).toBeLessThanOrEqual(360)
  expect(await sidewaysScrollers(page)).toEqual([])
  expect(await page.getByRole('heading', { name: gatewayId }).isVisible()).toBe(true)
})
