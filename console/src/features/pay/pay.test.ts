import type { PaymentOrder, PayQuote } from '@gatehouse/platform/contract'
import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { ref } from 'vue'
import { createConsoleI18n } from '../../i18n'
import { zhCNPay } from '../../i18n/zh-CN-pay'
import { answering, refusing } from '../../testing/answering'
import { isPressable, isWhole, keysFor, plateTyped } from './plate-keys'
import PayPage from './PayPage.vue'
import PlateKeypad from './PlateKeypad.vue'

const laneToken = 'lane-token-1'
const view = {
  compoundName: '花园',
  laneName: '北门出口',
  direction: 'out',
  waitingPlate: '京A***45',
  providers: ['sandbox', 'cash'],
}
const quote: PayQuote = {
  result: 'due',
  quoteId: 'quote-0001',
  plate: '京A12345',
  enteredAt: 1_800_000_000_000,
  dueFen: 1200,
  paidFen: 0,
  lines: [{ from: 1_800_000_000_000, to: 1_800_003_600_000, fen: 1200, what: 'units' }],
  graceMinutes: 15,
}
const order: PaymentOrder = {
  orderId: 'order-0001',
  compoundId: 'garden',
  kind: 'stay',
  sessionId: 's1',
  provider: 'sandbox',
  fen: 1200,
  state: 'created',
  createdAt: 1,
  expiresAt: 2,
  refundedFen: 0,
}
const path = `/api/pay/${laneToken}`
let wentTo: string[] = []
const i18n = () => createConsoleI18n({ 'zh-CN': zhCNPay })

async function open(routes: Parameters<typeof answering>[0] = {}) {
  const calls = answering({ [`GET ${path}`]: () => view, [`POST ${path}/quote`]: () => quote, ...routes })
  const page = mount(PayPage, { props: { laneToken }, attachTo: document.body, global: { plugins: [i18n()] } })
  onTestFinished(() => page.unmount())
  await flushPromises()
  return { page, calls }
}
const click = async (page: Awaited<ReturnType<typeof open>>['page'], selector: string) => {
  await page.get(selector).trigger('click')
  await flushPromises()
}

beforeEach(() => {
  sessionStorage.clear()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  wentTo = []
  vi.spyOn(location, 'assign').mockImplementation((url) => void wentTo.push(String(url)))
  onTestFinished(() => void vi.useRealTimers())
  onTestFinished(() => void vi.restoreAllMocks())
})

describe('the keypad', () => {
  test('offers provinces, then letters and digits, and special endings at the end', () => {
    expect(keysFor('').keys).toHaveLength(31)
    expect(keysFor('京').keys).toContain('A')
    expect(keysFor('京').keys).not.toContain('I')
    expect(keysFor('京A123').keys).toContain('警')
    expect(isPressable('京', '1')).toBe(false)
    expect(isPressable('京A', '1')).toBe(true)
    expect(isPressable('京AD12345', '1')).toBe(false)
  })

  test('takes plates from a keyboard as people write them', () => {
    expect(plateTyped('京a·12 345')).toBe('京A12345')
    expect(isWhole('京A1234')).toBe(false)
    expect(isWhole('沪AD12345')).toBe(true)
  })

  test('is pressed key by key, and erases', async () => {
    const plate = ref('')
    const keypad = mount(PlateKeypad, {
      props: {
        modelValue: '',
        'onUpdate:modelValue': (next: string) => void keypad.setProps({ modelValue: (plate.value = next) }),
      },
      global: { plugins: [i18n()] },
    })
    for (const key of ['粤', 'B', '1', '2']) {
      await keypad
        .findAll('.keys button')
        .find((button) => button.text() === key)
        ?.trigger('click')
    }
    await keypad.get('.erase').trigger('click')
    expect(plate.value).toBe('粤B1')
  })
})

describe('the way of a driver', () => {
  test('the waiting car is offered with hidden characters, priced, paid and sent off', async () => {
    let state: PaymentOrder['state'] = 'created'
    const { page, calls } = await open({
      [`POST ${path}/orders`]: () => Response.json({ order, payUrl: 'https://pay.test/1' }, { status: 201 }),
      [`GET ${path}/orders/order-0001`]: () => ({ ...order, state }),
    })
    await click(page, '.waiting')
    expect(calls.find(({ call }) => call.endsWith('/quote'))?.body).toEqual({})
    expect(page.get('.amount').text()).toBe('¥12.00')
    expect(page.find('[data-testid="pay-cash"]').exists()).toBe(false)

    await click(page, '[data-testid="pay-sandbox"]')
    expect(wentTo).toEqual(['https://pay.test/1'])
    expect(page.find('[data-testid="pay-waiting"]').exists()).toBe(true)

    state = 'paid'
    await vi.advanceTimersByTimeAsync(2000)
    await flushPromises()
    expect(page.get('[data-testid="pay-paid"]').text()).toContain('请在 15 分钟内离场')
  })

  test('whoever comes back from the provider sees how the order is', async () => {
    sessionStorage.setItem(`gatehouse.pay.${laneToken}`, 'order-0001')
    const { page } = await open({ [`GET ${path}/orders/order-0001`]: () => ({ ...order, state: 'paid' }) })
    expect(page.find('[data-testid="pay-paid"]').exists()).toBe(true)
    expect(sessionStorage.length).toBe(0)
  })

  test('who pays within WeChat comes back with a code, and is shown what to pay there', async () => {
    const invoke = vi.fn((_name: string, _config: object, done: () => void) => done())
    vi.stubGlobal('WeixinJSBridge', { invoke })
    onTestFinished(() => void vi.unstubAllGlobals())
    history.replaceState(undefined, '', `/pay/${laneToken}?order=order-0001&code=c1&state=`)
    const config = { appId: 'wx1', paySign: 'signed' }
    const { page, calls } = await open({
      [`POST ${path}/orders/order-0001/in-app`]: () => ({ config }),
      [`GET ${path}/orders/order-0001`]: () => ({ ...order, provider: 'wechat', state: 'paid' }),
    })
    expect(calls.find(({ call }) => call.endsWith('/in-app'))?.body).toEqual({ code: 'c1' })
    expect(invoke).toHaveBeenCalledExactlyOnceWith('getBrandWCPayRequest', config, expect.any(Function))
    expect(page.find('[data-testid="pay-paid"]').exists()).toBe(true)
    expect(location.search).toBe('')
  })

  test('WeChat asks for the domain that a driver comes from, and hears no more than that', async () => {
    const { readFile } = await import('node:fs/promises')
    expect(await readFile('console/pay.html', 'utf8')).toContain('<meta name="referrer" content="strict-origin" />')
  })

  test('an outdated quote is asked for again and the new amount is shown', async () => {
    const { page } = await open({ [`POST ${path}/orders`]: refusing(409, 'QUOTE_EXPIRED', 'expired') })
    await click(page, '.waiting')
    await click(page, '[data-testid="pay-sandbox"]')
    expect(page.text()).toContain('金额已重新计算')
    expect(page.find('[data-testid="quote-due"]').exists()).toBe(true)
  })

  test('a car that is not inside is told to press for help', async () => {
    const { page } = await open({
      [`POST ${path}/quote`]: () => ({ ...quote, result: 'not-inside', dueFen: 0, lines: [] }),
    })
    await click(page, '.waiting')
    expect(page.get('[data-testid="quote-not-inside"]').text()).toContain('求助键')
  })

  test('a lost line while paying is told, and asked again until it is paid', async () => {
    let isLost = true
    sessionStorage.setItem(`gatehouse.pay.${laneToken}`, 'order-0001')
    const { page } = await open({
      [`GET ${path}/orders/order-0001`]: () => {
        if (isLost) throw new TypeError('network')
        return { ...order, state: 'paid' }
      },
    })
    expect(page.text()).toContain('网络不通')
    isLost = false
    await vi.advanceTimersByTimeAsync(2000)
    await flushPromises()
    expect(page.find('[data-testid="pay-paid"]').exists()).toBe(true)
  })

  test('a code that is not valid says to scan again', async () => {
    const { page } = await open({ [`GET ${path}`]: refusing(404, 'LANE_TOKEN', 'void') })
    expect(page.get('[data-testid="pay-failed"]').text()).toContain('重新扫描')
  })
})
