import type { LaneClaim, PayQuote, PayView } from '@gatehouse/platform/contract'
import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createConsoleI18n } from '../../i18n'
import { zhCNPay } from '../../i18n/zh-CN-pay'
import { answering, refusing } from '../../testing/answering'
import { keptClaim } from './kept-claim'
import PayPage from './PayPage.vue'

const laneToken = 'lane-token-1'
const path = `/api/pay/${laneToken}`
const own = { plate: '无牌K7C3AE', proof: 'K7C3AE.proof' }
const viewOf = (direction: PayView['direction']): PayView => ({
  ...{ compoundId: 'garden', compoundName: '花园', laneName: '北门', direction, providers: ['sandbox'] },
})
const quoteOf = (more: Partial<PayQuote> = {}): PayQuote => ({
  ...{ result: 'nothing-due', plate: own.plate, dueFen: 0, paidFen: 0, lines: [], graceMinutes: 15 },
  ...more,
})
const started = () => Response.json({ commandId: 'c-1', ...own }, { status: 202 })

interface Lane {
  readonly claims?: readonly LaneClaim[]
  readonly routes?: Parameters<typeof answering>[0]
}

/** The page at a lane that answers claims with `claims`, one at each look. */
async function open(direction: PayView['direction'], { claims = [], routes = {} }: Lane = {}) {
  const left = [...claims]
  const calls = answering({
    [`GET ${path}`]: () => viewOf(direction),
    [`POST ${path}/quote`]: () => quoteOf(),
    [`POST ${path}/unplated`]: started,
    [`GET ${path}/unplated/c-1`]: () => left.shift() ?? { state: 'waiting' },
    ...routes,
  })
  const plugins = [createConsoleI18n({ 'zh-CN': zhCNPay })]
  const page = mount(PayPage, { props: { laneToken }, global: { plugins } })
  onTestFinished(() => page.unmount())
  await flushPromises()
  const click = async (name: string) => {
    await page.get(`[data-testid="${name}"]`).trigger('click')
    await flushPromises()
  }
  const wait = async () => {
    await vi.advanceTimersByTimeAsync(1000)
    await flushPromises()
  }
  const has = (name: string) => page.find(`[data-testid="${name}"]`).exists()
  const bodies = () => calls.filter(({ call }) => call === `POST ${path}/unplated`).map(({ body }) => body)
  return { page, calls, click, wait, has, bodies }
}
const keep = () => localStorage.setItem('gatehouse.claim.garden', JSON.stringify(own))

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  onTestFinished(() => void vi.restoreAllMocks())
})

describe('at the entrance', () => {
  test('a driver without a plate is let in, and the phone keeps what it needs to leave', async () => {
    const { page, click, wait, has, bodies } = await open('in', {
      claims: [{ state: 'waiting' }, { state: 'opened', rule: 'temporary' }],
    })
    await click('claim')
    expect(page.text()).toContain('正在确认车辆')
    expect(keptClaim('garden')).toEqual(own)
    await wait()
    expect(page.get('[data-testid="claim-opened"]').text()).toContain('请入场')
    expect(page.text()).toContain('离场时用这部手机')
    expect(has('claim-not-kept')).toBe(false)
    expect(bodies()).toEqual([{}])
  })

  test('nobody at the lane and a full car park are told in words, and the same car tries again', async () => {
    const { page, click, bodies } = await open('in', {
      claims: [
        { state: 'failed', code: 'NO_CAR_AT_LANE' },
        { state: 'refused', rule: 'lot-full' },
        { state: 'refused', rule: 'something-new' },
        { state: 'failed', code: 'ARM_BLOCKED' },
      ],
    })
    const texts = ['没有看到无牌车', '车位已满', '现在不能通行', '车道没有应答']
    for (const text of texts) {
      await click('claim')
      expect(page.text()).toContain(text)
    }
    expect(bodies()).toEqual([{}, ...Array.from({ length: 3 }, () => ({ proof: own.proof }))])
  })

  test('a proof that does not count any more is replaced', async () => {
    keep()
    const { click, bodies, has } = await open('in', {
      claims: [{ state: 'opened' }],
      routes: {
        [`POST ${path}/unplated`]: (body) =>
          'proof' in (body as object) ? refusing(403, 'CLAIM_NOT_YOURS', 'void')() : started(),
      },
    })
    await click('claim')
    expect(bodies()).toEqual([{ proof: own.proof }, {}])
    expect(has('claim-opened')).toBe(true)
  })

  test('a phone that keeps nothing tells its driver what to write down', async () => {
    const refuse = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, removeItem: refuse })
    const { page, click } = await open('in', { claims: [{ state: 'opened' }] })
    await click('claim')
    expect(page.get('[data-testid="claim-not-kept"]').text()).toContain(own.plate)
  })

  test('a line that is lost is told, and the button works again', async () => {
    const { page, click } = await open('in', { routes: { [`POST ${path}/unplated`]: refusing(0, 'UNREACHABLE', '') } })
    await click('claim')
    expect(page.get('[data-testid="unplated"] [role="alert"]').text()).not.toBe('')
    expect(page.get('[data-testid="claim"]').attributes('disabled')).toBeUndefined()
  })
})

describe('at the exit', () => {
  test('the car of this phone is priced, and leaves when nothing is due', async () => {
    keep()
    const { calls, click, has, bodies } = await open('out', { claims: [{ state: 'opened', rule: 'inside' }] })
    expect(has('claim')).toBe(false)
    await click('ask-own')
    expect(calls.find(({ call }) => call.endsWith('/quote'))?.body).toEqual({ plate: own.plate })
    await click('claim')
    expect(bodies()).toEqual([{ proof: own.proof }])
    expect(has('claim-opened')).toBe(true)
    expect(keptClaim('garden')).toBeUndefined()
  })

  test('what is due is paid first; then the arm is asked for', async () => {
    keep()
    sessionStorage.setItem(`gatehouse.pay.${laneToken}`, 'order-0001')
    const order = {
      ...{ orderId: 'order-0001', compoundId: 'garden', sessionId: 's1', provider: 'sandbox', fen: 700 },
      ...{ state: 'paid', createdAt: 1, expiresAt: 2, refundedFen: 0 },
    }
    const { page, has, click } = await open('out', {
      claims: [{ state: 'opened' }],
      routes: { [`GET ${path}/orders/order-0001`]: () => order },
    })
    expect(has('pay-paid')).toBe(true)
    expect(page.text()).not.toContain('自动抬起')
    await click('claim')
    expect(has('claim-opened')).toBe(true)
  })

  test('while something is due, the arm is not offered', async () => {
    keep()
    const due = quoteOf({ result: 'due', quoteId: 'quote-0001', dueFen: 700 })
    const { click, has } = await open('out', { routes: { [`POST ${path}/quote`]: () => due } })
    await click('ask-own')
    expect(has('quote-due')).toBe(true)
    expect(has('claim')).toBe(false)
  })

  test('a lane that wants more sends the driver back to what is due', async () => {
    keep()
    const { page, click } = await open('out', { claims: [{ state: 'unpaid', dueFen: 200 }] })
    await click('ask-own')
    await click('claim')
    expect(page.text()).toContain('还没有缴清')
    await click('ask-own')
  })

  test('another phone is offered nothing, and is told so when its proof does not count', async () => {
    expect((await open('out')).has('unplated')).toBe(false)
    keep()
    const { page, click } = await open('out', {
      routes: { [`POST ${path}/unplated`]: refusing(403, 'CLAIM_NOT_YOURS', 'not yours') },
    })
    await click('ask-own')
    await click('claim')
    expect(page.text()).toContain('没有登记过')
  })

  test('what is kept and is no claim counts for nothing', async () => {
    for (const kept of ['{', '7', '{"plate":"x"}']) {
      localStorage.setItem('gatehouse.claim.garden', kept)
      expect(keptClaim('garden')).toBeUndefined()
    }
  })
})
