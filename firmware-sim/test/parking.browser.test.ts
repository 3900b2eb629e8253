import {
  getLaneQr,
  getParkingRules,
  listLaneRaises,
  listPermits,
  recordCashPayment,
} from '@gatehouse/platform/contract'
import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { openPage, sidewaysScrollers, untilPainted, widthOf } from './house/browser.ts'
import { compoundId } from './house/house.ts'
import { phone, setupLot, soon, staysIn } from './parking-lot.ts'

const go = (page: Page, path: string) => page.goto(`/parking/${path}`)
const pages = ['', 'desk', 'sessions', 'raises', 'permits', 'tickets', 'rules', 'tariffs', 'reports', 'statement']

test('a misread car at the exit rings; the guard compares, picks the plate, waives the fee and lets it out', async () => {
  const { house, enter, arrive, openAs } = await setupLot()
  await enter('沪D00001')
  await enter('沪Q00001')
  const page = await openAs('guard')

  arrive('沪000001')
  const ring = page.getByTestId('ringing-bar')
  await ring.waitFor()
  expect(await ring.innerText()).toContain('Garden')
  await page.getByTestId('answer-ringing').click()

  const panel = page.locator('[data-testid=call-panel][data-state=answered]')
  await panel.waitFor()
  await untilPainted(panel.locator('img').first())
  await panel.locator('input[value="沪D00001"]').check()
  await untilPainted(panel.locator('img').nth(1))
  await page.getByTestId('reason-misread').click()
  await page.getByTestId('waive-all').click()
  expect(await page.getByTestId('what-press-does').innerText()).toContain('沪D00001')
  await page.getByTestId('raise').click()
  await page.locator('[data-testid=command-progress][data-state=done]').waitFor()

  await vi.waitFor(async () => {
    const left = (await staysIn(house)).find(({ plate }) => plate === '沪D00001')
    expect(left).toMatchObject({ state: 'closed', feeFen: 500, waivedFen: 500, debtFen: 0 })
  }, soon)
  expect((await staysIn(house)).find(({ plate }) => plate === '沪Q00001')?.state).toBe('inside')
  await vi.waitFor(async () => {
    const [raise] = await house.admin.call(listLaneRaises, { querystring: {} })
    expect(raise).toMatchObject({ by: 'guard', reason: 'misread', plate: '沪D00001', waivedFen: 500 })
    expect(raise?.pictureBefore).toBeDefined()
  }, soon)
  await ring.waitFor({ state: 'detached' })
})

test('a visitor pays at the exit by phone, and the arm opens', async () => {
  const { house, exit, enter, arrive } = await setupLot()
  await enter('沪B67890')
  arrive('沪B67890')
  await vi.waitFor(() => expect(exit.last()?.loop).toBe(true), soon)
  const { path } = await house.admin.call(getLaneQr, { params: { laneId: 'north-out' } })
  const page = await openPage(house.admin.url, phone)
  await page.goto(path)

  await page.locator('.waiting').tap()
  const quote = page.getByTestId('quote-due')
  await quote.waitFor()
  expect(await quote.innerText()).toContain('5.00')
  expect(await widthOf(page)).toBeLessThanOrEqual(360)
  expect(await sidewaysScrollers(page)).toEqual([])
  await page.getByTestId('pay-sandbox').tap()
  await page.getByRole('button', { name: /Pay/ }).tap()
  await page.getByText('已支付').waitFor()
  await page.getByRole('link', { name: /返回/ }).tap()
  await page.getByTestId('pay-paid').waitFor()

  await vi.waitFor(async () => {
    const [stay] = await staysIn(house)
    expect(stay).toMatchObject({ state: 'closed', feeFen: 500, paidFen: 500, debtFen: 0 })
  }, soon)
  expect(exit.reports().map(({ arm }) => arm)).toContain('open')
})

test('the page behind a QR code speaks the language of the phone, until the driver chooses another', async () => {
  const { house } = await setupLot()
  const { path } = await house.admin.call(getLaneQr, { params: { laneId: 'north-out' } })
  const headingOn = async (locale: string) => {
    const page = await openPage(house.admin.url, { ...phone, locale })
    await page.goto(path)
    return { page, heading: page.getByRole('heading', { level: 1 }) }
  }

  expect(await (await headingOn('zh-TW')).heading.innerText()).toBe('停车缴费')
  const { page, heading } = await headingOn('fr-FR')
  expect(await heading.innerText()).toBe('Pay for parking')
  await page.getByRole('button', { name: '中文' }).tap()
  await page.reload()
  expect(await heading.innerText()).toBe('停车缴费')
})

test('a draft tariff is replayed over the stays of this month: what would change, before anybody pays it', async () => {
  const { house, enter, arrive, openAs } = await setupLot()
  await enter('沪B67890')
  const [stay] = await staysIn(house)
  const params = { sessionId: stay?.sessionId ?? '' }
  await house.admin.call(recordCashPayment, { params, body: { fen: 500, receipt: 'R-1' } })
  arrive('沪B67890')
  await vi.waitFor(async () => expect(await staysIn(house)).toMatchObject([{ state: 'closed', paidFen: 500 }]), soon)

  const page = await openAs('property')
  await go(page, 'tariffs')
  await page.getByRole('group', { name: '1' }).getByPlaceholder('0.00').fill('8')
  await page.locator('input[type=month]').fill(new Date().toISOString().slice(0, 7))
  await page.getByTestId('what-if').click()
  const result = page.getByTestId('what-if-result')
  await result.waitFor()
  const words = await result.innerText()
  for (const part of ['5.00', '8.00', '+¥3.00', '沪B67890']) expect(words).toContain(part)
  const { tariffs } = await house.admin.call(getParkingRules, { params: { compoundId } })
  expect(tariffs, 'nothing was published').toHaveLength(1)
})

test('a sheet of permits with mistakes is refused cell by cell, and imported when they are mended', async () => {
  const { house, openAs } = await setupLot()
  const page = await openAs('property')
  await go(page, 'permits')
  await page.getByTestId('import-permits').click()
  await page.locator('#permit-paste').fill('车牌,类型,持有人\n沪A12345,月卡,李\n沪AI2345,月卡,王\n沪B67890,金卡,赵')
  await page.getByTestId('check-import').click()
  const problems = page.getByTestId('sheet-problems').locator('tbody tr')
  await expect.poll(() => problems.count()).toBe(2)
  expect(await problems.first().innerText()).toContain('沪AI2345')
  expect(await house.admin.call(listPermits, { params: { compoundId } })).toEqual([])

  await page.locator('#permit-paste').fill('车牌,类型,持有人\n沪A12345,月卡,李\n沪A92345,月卡,王\n沪B67890,访客,赵')
  await page.getByTestId('check-import').click()
  await page.getByTestId('import-diff').waitFor()
  await page.getByTestId('carry-out-import').click()
  await page.getByTestId('import-diff').waitFor({ state: 'detached' })
  await vi.waitFor(async () => {
    const permits = await house.admin.call(listPermits, { params: { compoundId } })
    expect(permits.map(({ plate }) => plate).toSorted()).toEqual(['沪A12345', '沪A92345', '沪B67890'])
  }, soon)
})

test('every page about parking fits a phone', async () => {
  const { enter, arrive, openAs } = await setupLot()
  await enter('沪B67890')
  arrive('沪D00001')
  const page = await openAs('admin', { language: 'English', ...phone })
  for (const path of pages) {
    await go(page, path)
    await page.locator('h1').waitFor()
    await page.waitForLoadState('networkidle')
    expect(await widthOf(page), path).toBeLessThanOrEqual(phone.viewport.width)
    expect(await sidewaysScrollers(page), path).toEqual([])
  }
})
