import { getLaneQr, getParkingStatement, listPermits, putPermits } from '@gatehouse/platform/contract'
import { expect, test, vi } from 'vitest'
import { openPage, sidewaysScrollers, widthOf } from './house/browser.ts'
import { compoundId } from './house/house.ts'
import { carAt } from './house/twins.ts'
import { phone, setupLot, soon, staysIn } from './parking-lot.ts'

const plate = '沪A12345'
const hourMs = 3_600_000

test('the office sets a price; a car whose permit has ended renews it at the entrance by phone, and may come in', async () => {
  const { house, entrance, openAs } = await setupLot()
  const office = await openAs('property')
  await office.goto('/parking/rules')
  await office.getByTestId('monthly-price').fill('300')
  await office.getByTestId('monthly-most').fill('6')
  await office.getByTestId('policy-expired').first().selectOption('refuse')
  const saved = office.waitForResponse((answer) => answer.url().endsWith('/policies') && answer.ok())
  await office.getByTestId('save-rules').click()
  await saved
  const params = { compoundId }
  const validUntil = Date.now() - hourMs
  const body = [{ plate, kind: 'monthly' as const, holder: '李', validUntil }]
  await house.admin.call(putPermits, { params, body })

  entrance.stimulate(carAt(house, 'north-in', { plate, patienceMs: 600_000 }))
  await vi.waitFor(() => expect(entrance.last()?.loop).toBe(true), soon)
  const { path } = await house.admin.call(getLaneQr, { params: { laneId: 'north-in' } })
  const page = await openPage(house.admin.url, phone)
  await page.goto(path)
  await page.getByTestId('plate').fill(plate, { force: true })
  await page.getByTestId('ask').tap()
  const renewal = page.getByTestId('renewal')
  await renewal.waitFor()
  await renewal.getByText('3 个月').tap()
  expect(await page.getByTestId('renew-sandbox').innerText()).toContain('900.00')
  expect(await renewal.locator('input[type=radio]').count()).toBe(3)
  expect(await widthOf(page)).toBeLessThanOrEqual(360)
  expect(await sidewaysScrollers(page)).toEqual([])
  expect(await staysIn(house)).toEqual([])

  await page.getByTestId('renew-sandbox').tap()
  await page.getByRole('button', { name: /Pay/ }).tap()
  await page.getByText('已支付').waitFor()
  await page.goto(path)
  await page.getByTestId('pay-paid').waitFor()
  expect(await page.getByTestId('pay-paid').innerText()).toContain('续费成功')

  await vi.waitFor(async () => expect(await staysIn(house)).toMatchObject([{ plate, right: 'monthly' }]), soon)
  const [permit] = await house.admin.call(listPermits, { params })
  expect(permit?.lapse).toMatchObject({ from: validUntil })
  expect(permit?.validUntil).toBeGreaterThan(Date.now() + 85 * 24 * hourMs)
  const month = new Date(Date.now() + 8 * hourMs).toISOString().slice(0, 7)
  const statement = await house.admin.call(getParkingStatement, { params: { compoundId, month } })
  expect(statement).toMatchObject({ renewals: 1, renewalFen: 90_000, receivedFen: 90_000, imbalanceFen: 0 })
})
