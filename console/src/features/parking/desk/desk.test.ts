import type { CommandEntry, LaneCall, LaneRaise } from '@gatehouse/platform/contract'
import { flushPromises } from '@vue/test-utils'
import { describe, expect, onTestFinished, test } from 'vitest'
import { defineComponent, h } from 'vue'
import { provideCompounds } from '../../../composables/useCompounds'
import { answering, refusing } from '../../../testing/answering'
import { createTestRealtime, deviceWith, mountInConsole } from '../../../testing/in-console'
import { choicesOf, dueOf, waivedFen } from './desk'
import DeskPage from './DeskPage.vue'
import { markPlate } from './plate-diff'

const now = Date.now()
const call = (change: Partial<LaneCall> = {}): LaneCall => ({
  ...{ callId: 'c1', compoundId: 'garden', laneId: 'north-out', direction: 'out', cause: 'button', state: 'ringing' },
  ...{ at: now - 60_000, receivedAt: now - 60_000, rawPlate: '京A12B45', dueFen: 1200 },
  candidates: [
    { plate: '京A12845', sessionId: 's1', enteredAt: now - 7_200_000, right: 'temporary', dueFen: 1200 },
    { plate: '京A12846', sessionId: 's2', enteredAt: now - 3_600_000, right: 'monthly', dueFen: 0 },
  ],
  ...change,
})
const raise: LaneRaise = {
  ...{ raiseId: 'r1', compoundId: 'garden', laneId: 'north-out', commandId: 'k1', by: 'guard', at: now },
  ...{ reason: 'misread', plate: '京A12845', waivedFen: 0 },
}
const command = (state: CommandEntry['state'], more: Partial<CommandEntry> = {}): CommandEntry => ({
  ...{ commandId: 'k1', deviceId: 'north-out', compoundId: 'garden', name: 'open', args: {}, by: 'guard' },
  ...{ state, sentAt: now, expiresAt: now + 10_000, ...more },
})
const Desk = defineComponent({
  setup() {
    provideCompounds()
    return () => h(DeskPage)
  },
})

async function open(routes: Parameters<typeof answering>[0] = {}, calls: readonly LaneCall[] = [call()]) {
  const asked = answering({
    'GET /api/compounds': () => [{ id: 'garden', name: '花园', path: 'a' }],
    'GET /api/devices': () => [deviceWith({ id: 'north-out', kind: 'barrier', name: '北门出口' })],
    'GET /api/gateways': () => [{ id: 'g', compoundId: 'garden', online: true }],
    'GET /api/parking/calls': () => calls,
    'POST /api/parking/calls/c1/answer': () => call({ state: 'answered', answeredBy: 'guard' }),
    'POST /api/parking/lanes/north-out/raise': () => Response.json(raise, { status: 202 }),
    'GET /api/commands/k1': () => command('sent'),
    ...routes,
  })
  const realtime = createTestRealtime()
  const { wrapper: page } = mountInConsole(Desk, { realtime })
  onTestFinished(() => page.unmount())
  await flushPromises()
  const press = async (testid: string) => {
    await page.get(`[data-testid="${testid}"]`).trigger('click')
    await flushPromises()
  }
  return { page, asked, press, realtime }
}
type Opened = Awaited<ReturnType<typeof open>>
const isDisabled = ({ page }: Opened) => page.get('[data-testid="raise"]').attributes('disabled') !== undefined
const obstacleOf = ({ page }: Opened) => page.find('[data-obstacle]').attributes('data-obstacle')

async function answered(routes: Parameters<typeof answering>[0] = {}) {
  const opened = await open(routes)
  await opened.press('answer')
  await opened.page.findAll('[data-testid="candidate"] input')[0]?.setValue(true)
  await opened.press('reason-misread')
  return opened
}

describe('plates side by side', () => {
  test('marks what was read differently, and that cameras take one for the other', () => {
    expect(markPlate('京A12845', '京A12B45').filter(({ differs }) => differs)).toEqual([
      { character: '8', differs: true, isConfusable: true },
    ])
    expect(markPlate('京A12345', '京A12945').find(({ differs }) => differs)?.isConfusable).toBe(false)
  })

  test('finds the character that the camera left out', () => {
    const marks = markPlate('沪AD12345', '沪A12345')
    expect(marks.filter(({ differs }) => differs).map(({ character }) => character)).toEqual(['D'])
  })
})

describe('what can be chosen', () => {
  test('candidates first, then what was read, then none', () => {
    expect(choicesOf(call()).map(({ plate }) => plate)).toEqual(['京A12845', '京A12846', '京A12B45', 'none'])
    expect(choicesOf({ candidates: [], rawPlate: '' }).map(({ plate }) => plate)).toEqual(['none'])
  })

  test('the amount is that of the candidate; who comes in owes nothing', () => {
    const [first, second] = choicesOf(call())
    expect([dueOf(call(), first), dueOf(call(), second), dueOf(call({ direction: 'in' }), first)]).toEqual([1200, 0, 0])
  })

  test('never more is waived than is due', () => {
    expect([waivedFen('none', 1200, 5), waivedFen('all', 1200, undefined)]).toEqual([0, 1200])
    expect([waivedFen('part', 1200, 500), waivedFen('part', 1200, 1201), waivedFen('part', 1200, undefined)]).toEqual([
      ...[500, undefined, undefined],
    ])
  })
})

describe('the desk', () => {
  test('shows who waits longest, and one key answers', async () => {
    const newer = call({ callId: 'c2', at: now - 1000, receivedAt: now - 1000 })
    const { page, asked } = await open({}, [newer, call()])
    expect(page.get('[data-testid="call-panel"]').text()).toContain('花园 · 北门出口')
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))
    await flushPromises()
    expect(asked.map((one) => one.call)).toContain('POST /api/parking/calls/c1/answer')
    expect(page.get('[data-testid="call-panel"]').attributes('data-state')).toBe('answered')
  })

  test('of several candidates a person has to choose, and a reason is needed', async () => {
    const opened = await open()
    await opened.press('answer')
    expect(isDisabled(opened)).toBe(true)
    expect(opened.page.get('[data-testid="what-press-does"]').text()).toBe('请先选择是哪辆车')
  })

  test('without a waiver the debt is said, and so is what one press does', async () => {
    const opened = await answered()
    expect(opened.page.get('[data-testid="waiver-words"]').text()).toContain('¥12.00 不减免：放行后记为欠费')
    expect(opened.page.get('[data-testid="what-press-does"]').text()).toBe('按下后：北门出口 抬杆，放行 京A12845 出场')
    await opened.page.get('form').trigger('submit')
    await flushPromises()
    expect(opened.asked.find((one) => one.call.endsWith('/raise'))?.body).toEqual({
      ...{ callId: 'c1', reason: 'misread', plate: '京A12845', sessionId: 's1', waivedFen: 0 },
    })
  })

  test('a waiver is sent in fen', async () => {
    const opened = await answered()
    await opened.press('waive-all')
    await opened.page.get('form').trigger('submit')
    await flushPromises()
    expect(opened.asked.find((one) => one.call.endsWith('/raise'))?.body).toMatchObject({ waivedFen: 1200 })
  })

  test('the raise is followed to its end', async () => {
    const { page, realtime } = await answered()
    await page.get('form').trigger('submit')
    await flushPromises()
    const state = () => page.get('[data-testid="command-progress"]').attributes('data-state')
    expect(state()).toBe('sent')
    realtime.push('command:changed', command('accepted'))
    await flushPromises()
    expect(state()).toBe('accepted')
    realtime.push('command:changed', command('failed', { code: 'DEVICE_TIMEOUT' }))
    await flushPromises()
    expect(page.get('[data-testid="command-progress"]').text()).toContain('设备没有在时限内响应')
  })

  test('a lost connection forbids raising and says why', async () => {
    const opened = await answered()
    opened.realtime.lose(now)
    await flushPromises()
    expect(obstacleOf(opened)).toBe('lost')
    expect(isDisabled(opened)).toBe(true)
  })

  test('so does a gateway that is offline', async () => {
    const opened = await answered({ 'GET /api/gateways': () => [{ id: 'g', compoundId: 'garden', online: false }] })
    expect(obstacleOf(opened)).toBe('gateway')
    expect(isDisabled(opened)).toBe(true)
  })

  test('a call that somebody else took is not mine', async () => {
    const opened = await open({ 'POST /api/parking/calls/c1/answer': refusing(409, 'CALL_TAKEN', 'taken') })
    await opened.press('answer')
    opened.realtime.push('lane-call:changed', call({ state: 'answered', answeredBy: 'wang' }))
    await flushPromises()
    expect(obstacleOf(opened)).toBe('taken')
    expect(opened.page.find('[data-testid="end-call"]').exists()).toBe(false)
  })

  test('a call that is left to somebody else rings again', async () => {
    const opened = await answered({ 'POST /api/parking/calls/c1/hand-back': () => call() })
    await opened.press('hand-back')
    expect(opened.page.get('[data-testid="call-panel"]').attributes('data-state')).toBe('ringing')
    expect(opened.page.find('[data-testid="hand-back"]').exists()).toBe(false)
    expect(opened.page.find('[data-testid="answer"]').exists()).toBe(true)
  })

  test('a call ends without opening, with words for the lane', async () => {
    const opened = await answered({
      'POST /api/parking/calls/c1/end': () => call({ state: 'ended', outcome: 'closed', endedAt: now }),
    })
    await opened.page.get('.ready').trigger('click')
    await opened.page.findAll('form')[1]?.trigger('submit')
    await flushPromises()
    expect(opened.asked.at(-1)?.body).toEqual({ say: '请扫描车道二维码缴费后离场' })
    expect(opened.page.get('[data-testid=call-panel]').attributes('data-state')).toBe('ended')
    expect(opened.page.find('[data-obstacle]').exists(), 'nothing to be warned of').toBe(false)
  })

  test('quiet when nobody calls', async () => {
    const { page } = await open({}, [])
    expect(page.text()).toContain('没有呼叫')
  })
})
