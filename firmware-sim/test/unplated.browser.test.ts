import { getLaneQr } from '@gatehouse/platform/contract'
import { expect, test, vi } from 'vitest'
import { openPage, sidewaysScrollers, widthOf } from './house/browser.ts'
import { carAt } from './house/twins.ts'
import { phone, setupLot, soon, staysIn } from './parking-lot.ts'

test('a car without a plate comes in by a phone, pays with it and leaves by it', async () => {
  const { house, entrance, exit } = await setupLot()
  const page = await openPage(house.admin.url, phone)
  const scan = async (laneId: string) => {
    const { path } = await house.admin.call(getLaneQr, { params: { laneId } })
    await page.goto(path)
    expect(await widthOf(page)).toBeLessThanOrEqual(360)
    expect(await sidewaysScrollers(page)).toEqual([])
  }
  const unread = { plate: '', colour: 'unknown', patienceMs: 600_000 } as const

  entrance.stimulate(carAt(house, 'north-in', unread))
  await vi.waitFor(() => expect(entrance.last()?.loop).toBe(true), soon)
  await scan('north-in')
  await page.getByTestId('claim').tap()
  await page.getByTestId('claim-opened').waitFor()
  await vi.waitFor(async () => expect(await staysIn(house)).toMatchObject([{ state: 'inside' }]), soon)

  exit.stimulate(carAt(house, 'north-out', unread))
  await vi.waitFor(() => expect(exit.last()?.loop).toBe(true), soon)
  await scan('north-out')
  await page.getByTestId('ask-own').tap()
  const quote = page.getByTestId('quote-due')
  await quote.waitFor()
  expect(await quote.innerText()).toContain('5.00')
  await page.getByTestId('pay-sandbox').tap()
  await page.getByRole('button', { name: /Pay/ }).tap()
  await page.getByText('已支付').waitFor()
  await page.getByRole('link', { name: /返回/ }).tap()
  await page.getByTestId('claim').tap()
  await page.getByTestId('claim-opened').waitFor()

  await vi.waitFor(async () => {
    expect(await staysIn(house)).toMatchObject([{ state: 'closed', feeFen: 500, paidFen: 500, debtFen: 0 }])
  }, soon)
})
