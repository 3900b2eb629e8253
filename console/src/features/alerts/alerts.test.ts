import { flushPromises } from '@vue/test-utils'
import { expect, onTestFinished, test } from 'vitest'
import { defineComponent, h } from 'vue'
import { useText } from '../../i18n'
import { answering } from '../../testing/answering'
import { alertWith, deviceWith, mountInConsole } from '../../testing/in-console'
import AlertTimeline from './AlertTimeline.vue'
import { factsOf, type Fact } from './facts'
import { nearestFirst } from './nearest'
import { useAlert } from './useAlert'

function facts(details: Record<string, unknown>) {
  let found: readonly Fact[] = []
  const Probe = defineComponent(() => {
    found = factsOf(useText(), alertWith({ details }), (id) => `name of ${id}`)
    return () => null
  })
  mountInConsole(Probe).wrapper.unmount()
  return Object.fromEntries(found.map(({ label, value }) => [label, value]))
}

test('facts are told in words; what is for machines is left out', () => {
  const details = {
    eventId: 'e1',
    rawPlate: '京A12345',
    direction: 'in',
    confidence: 97,
    distance: 0,
    rule: 'blacklist',
    new: 1,
  }
  expect(facts(details)).toEqual({
    识别车牌: '京A12345',
    方向: '入场',
    置信度: '97 %',
    判定规则: '黑名单车辆',
    new: '1',
  })
})

test('an incomplete linkage names what did not open', () => {
  const results = [
    { deviceId: 'g1', ok: true },
    { deviceId: 'g2', ok: false },
  ]
  expect(facts({ trigger: 'smoke-1', results })).toEqual({
    触发设备: 'name of smoke-1',
    联动结果: '1/2 成功 · 未成功：name of g2',
  })
})

test('the nearest camera is offered first', () => {
  const at = (id: string, x?: number) => deviceWith({ id, name: id, ...(x !== undefined && { position: { x, y: 0 } }) })
  const order = nearestFirst([at('b'), at('far', 50), at('a'), at('near', 12)], at('here', 10))
  expect(order.map(({ id }) => id)).toEqual(['near', 'far', 'a', 'b'])
})

test('an alert is handled by its endpoints and follows what others do', async () => {
  const alert = alertWith({})
  const calls = answering({
    'GET /api/alerts/a1': () => alert,
    'POST /api/alerts/a1/resolve': () => ({ ...alert, state: 'resolved' }),
  })
  let handling: ReturnType<typeof useAlert> | undefined
  const Probe = defineComponent(() => {
    handling = useAlert(() => 'a1')
    return () => h('p', handling?.alert.value?.state)
  })
  const { wrapper, push } = mountInConsole(Probe)
  onTestFinished(() => wrapper.unmount())
  await flushPromises()
  push('alert:changed', { ...alert, state: 'acknowledged' })
  await flushPromises()
  expect(wrapper.text()).toBe('acknowledged')
  await handling?.resolve('')
  await flushPromises()
  expect(wrapper.text()).toBe('resolved')
  expect(calls.at(-1)).toEqual({ call: 'POST /api/alerts/a1/resolve', body: {} })
})

test('the record tells in order who did what', () => {
  const alert = alertWith({
    acknowledgedAt: 1_800_000_002_000,
    acknowledgedBy: 'guard',
    notes: [{ at: 1_800_000_003_000, by: 'guard', text: '已联系' }],
  })
  const { wrapper } = mountInConsole(AlertTimeline, { props: { alert, addNote: () => Promise.resolve() } })
  onTestFinished(() => wrapper.unmount())
  expect(wrapper.findAll('li strong').map((entry) => entry.text())).toEqual([
    '事件发生',
    '中心收到',
    'guard · 已受理',
    'guard · 备注',
  ])
})
