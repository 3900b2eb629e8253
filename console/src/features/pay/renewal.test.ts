import type { PaymentOrder, PayQuote, RenewalOffer } from '@gatehouse/platform/contract'
import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createConsoleI18n } from '../../i18n'
import { zhCNPay } from '../../i18n/zh-CN-pay'
import { answering, refusing } from '../../testing/answering'
import PayPage from './PayPage.vue'

const laneToken = 'lane-token-1'
const path = `/api/pay/${laneToken}`
const at = (text: string) => new Date(text).getTime()
const view = {
  ...{ compoundName: '花园', laneName: '北门出口', direction: 'out', waitingPlate: '京A***45' },
  providers: ['sandbox', 'cash'],
}
const offer: RenewalOffer = {
  ...{ quoteId: 'renewal-quote-1', fenPerMonth: 30_000, maxMonths: 6, validUntil: at('2020-06-10T00:00') },
  choices: [
    { months: 1, fen: 30_000, validUntil: at('2020-07-12T09:30') },
    { months: 3, fen: 90_000, validUntil: at('2020-09-12T09:30') },
    { months: 6, fen: 180_000, validUntil: at('2020-12-12T09:30') },
  ],
}
const quote: PayQuote = {
  ...{ result: 'due', quoteId: 'quote-0001', plate: '京A***45', dueFen: 1200, paidFen: 0, lines: [], graceMinutes: 15 },
  renewal: offer,
}
const order: PaymentOrder = {
  ...{ orderId: 'order-0001', compoundId: 'garden', kind: 'renewal', sessionId: '', months: 3, provider: 'sandbox' },
  ...{ fen: 90_000, state: 'created', createdAt: 1, expiresAt: 2, refundedFen: 0 },
}

async function open(routes: Parameters<typeof answering>[0] = {}) {
  const calls = answering({ [`GET ${path}`]: () => view, [`POST ${path}/quote`]: () => quote, ...routes })
  const i18n = createConsoleI18n({ 'zh-CN': zhCNPay })
  const page = mount(PayPage, { props: { laneToken }, attachTo: document.body, global: { plugins: [i18n] } })
  onTestFinished(() => page.unmount())
  await flushPromises()
  const click = async (selector: string) => {
    await page.get(selector).trigger('click')
    await flushPromises()
  }
  if (page.find('.waiting').exists()) await click('.waiting')
  return { page, calls, click }
}

beforeEach(() => {
  sessionStorage.clear()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.spyOn(location, 'assign').mockImplementation(() => undefined)
  onTestFinished(() => void vi.useRealTimers())
  onTestFinished(() => void vi.restoreAllMocks())
})

describe('renewing a monthly permit', () => {
  test('amount and new end follow the months; what is due for the stay stays on the page', async () => {
    const { page } = await open()
    expect(page.find('[data-testid="pay-sandbox"]').exists()).toBe(true)
    const renewal = page.get('[data-testid="renewal"]')
    expect(renewal.text()).toContain('到期')
    expect(renewal.findAll('input[type="radio"]')).toHaveLength(3)
    expect(renewal.get('[data-testid="renewed-until"]').text()).toContain('2020年7月12日 09:30')
    expect(renewal.text()).toContain('停车费仍需缴纳')
    await renewal.findAll('input[type="radio"]')[1]?.setValue(true)
    expect(renewal.get('[data-testid="renewed-until"]').text()).toContain('2020年9月12日 09:30')
    expect(renewal.get('[data-testid="renew-sandbox"]').text()).toContain('¥900.00')
    expect(renewal.find('[data-testid="renew-cash"]').exists()).toBe(false)
  })

  test('is ordered with its quote and months, and tells the new end when it is paid', async () => {
    let now = order
    const { page, calls, click } = await open({
      [`POST ${path}/orders`]: () => Response.json({ order, payUrl: 'https://pay.test/1' }, { status: 201 }),
      [`GET ${path}/orders/order-0001`]: () => now,
    })
    await page.findAll('input[type="radio"]')[1]?.setValue(true)
    await click('[data-testid="renew-sandbox"]')
    expect(calls.find(({ call }) => call.endsWith('/orders'))?.body).toEqual({
      ...{ quoteId: 'renewal-quote-1', provider: 'sandbox', months: 3 },
    })
    now = { ...order, state: 'paid', renewedUntil: at('2020-09-12T09:30') }
    await vi.advanceTimersByTimeAsync(2000)
    await flushPromises()
    const paid = page.get('[data-testid="pay-paid"]').text()
    expect(paid).toContain('续费成功')
    expect(paid).toContain('2020年9月12日 09:30')
    expect(paid).not.toContain('离场')
  })

  test('is offered to a car that is not inside, too', async () => {
    const { page } = await open({ [`POST ${path}/quote`]: () => ({ ...quote, result: 'not-inside', dueFen: 0 }) })
    expect(page.text()).not.toContain('没有找到这辆车')
    expect(page.find('[data-testid="renew-sandbox"]').exists()).toBe(true)
  })

  test('a price that is not right any more is asked for again', async () => {
    const { page, calls, click } = await open({
      [`POST ${path}/orders`]: refusing(409, 'QUOTE_INVALID', 'not right any more'),
    })
    await click('[data-testid="renew-sandbox"]')
    expect(calls.filter(({ call }) => call.endsWith('/quote'))).toHaveLength(2)
    expect(page.text()).toContain('金额已重新计算')
  })

  test('without an offer the page does not speak of it', async () => {
    const { page } = await open({
      [`POST ${path}/quote`]: () => ({ ...quote, renewal: undefined, result: 'nothing-due', dueFen: 0 }),
    })
    expect(page.text()).not.toContain('月卡')
  })
})
