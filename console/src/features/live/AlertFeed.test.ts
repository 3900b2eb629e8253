import type { Alert } from '@gatehouse/platform/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, onTestFinished, test, vi } from 'vitest'
import { useFeed } from '../../stores/feed'
import { answering, refusing } from '../../testing/answering'
import { alertWith, mountInConsole } from '../../testing/in-console'
import AlertFeed from './AlertFeed.vue'

const at = 1_800_000_000_000
const old = alertWith({ id: 'old', at: at - 60_000 })
const recent = alertWith({ id: 'recent', at })

async function setup(alerts: readonly Alert[] = [old, recent]) {
  const calls = answering({
    'GET /api/alerts': () => alerts,
    'POST /api/alerts/recent/acknowledge': () => ({ ...recent, state: 'acknowledged' }),
  })
  const mounted = mountInConsole(AlertFeed, { props: { compoundId: '', placeOf: () => 'North gate' } })
  onTestFinished(() => mounted.wrapper.unmount())
  await useFeed().load()
  await flushPromises()
  const ids = () =>
    mounted.wrapper.findAll('[data-testid="alert-card"]').map((card) => card.attributes('data-alert-id'))
  const press = async (key: string) => {
    window.dispatchEvent(new KeyboardEvent('keydown', { key }))
    await flushPromises()
  }
  return { ...mounted, calls, ids, press }
}

test('the newest alert stands first, whatever the order of arrival', async () => {
  const { ids, push } = await setup()
  expect(ids()).toEqual(['recent', 'old'])
  push('alert:raised', alertWith({ id: 'newer', at: at + 1000 }))
  push('alert:raised', alertWith({ id: 'replayed', at: at - 1000, late: true }))
  await vi.waitFor(() => expect(ids()).toEqual(['newer', 'recent', 'replayed', 'old']))
})

test('an alert that arrives twice is shown once', async () => {
  const { ids, push } = await setup()
  push('alert:raised', recent)
  push('alert:raised', alertWith({ id: 'newer', at: at + 1000 }))
  await vi.waitFor(() => expect(ids()).toEqual(['newer', 'recent', 'old']))
})

test('a resolved alert leaves the feed and comes back when reopened', async () => {
  const { ids, push } = await setup()
  push('alert:changed', { ...recent, state: 'resolved' })
  await vi.waitFor(() => expect(ids()).toEqual(['old']))
  push('alert:changed', { ...recent, state: 'acknowledged' })
  await vi.waitFor(() => expect(ids()).toEqual(['recent', 'old']))
})

test('after a reconnect the feed is loaded again', async () => {
  const { calls, reconnect } = await setup()
  reconnect()
  await flushPromises()
  expect(calls.filter(({ call }) => call === 'GET /api/alerts')).toHaveLength(2)
})

test('ten thousand alerts are a few dozen elements', async () => {
  const many = Array.from({ length: 10_000 }, (_, index) => alertWith({ id: `m${index}`, at: at - index }))
  const { wrapper, ids } = await setup(many)
  expect(ids().length).toBeLessThan(30)
  expect(ids()[0]).toBe('m0')
  expect(wrapper.text()).toContain('未办结 10000')
})

test('j and k walk through the alerts, a acknowledges', async () => {
  const { wrapper, calls, press } = await setup()
  const selected = () => wrapper.find('.alert-card.selected').attributes('data-alert-id')
  await press('j')
  expect(selected()).toBe('recent')
  await press('j')
  expect(selected()).toBe('old')
  await press('k')
  await press('a')
  expect(calls.at(-1)?.call).toBe('POST /api/alerts/recent/acknowledge')
})

test('the plan is told which device the chosen alert comes from', async () => {
  const { wrapper, press } = await setup([alertWith({ id: 'recent', at, deviceId: 'barrier-1' }), old])
  await press('j')
  expect(wrapper.getComponent(AlertFeed).emitted('highlight')).toEqual([['barrier-1']])
  await press('j')
  expect(wrapper.getComponent(AlertFeed).emitted('highlight')).toEqual([['barrier-1'], [undefined]])
})

test('no alerts is good news', async () => {
  const { wrapper } = await setup([])
  expect(wrapper.text()).toContain('一切平静')
})

test('a failed load says so and offers another try', async () => {
  answering({ 'GET /api/alerts': refusing(503, 'UNREACHABLE', 'down') })
  const { wrapper } = mountInConsole(AlertFeed, { props: { compoundId: '', placeOf: () => '' } })
  onTestFinished(() => wrapper.unmount())
  await useFeed().load()
  await flushPromises()
  expect(wrapper.get('[role="alert"]').text()).toContain('无法连接到中心')
  answering({ 'GET /api/alerts': () => [recent] })
  await wrapper.get('[role="alert"] button').trigger('click')
  await flushPromises()
  expect(wrapper.findAll('[data-testid="alert-card"]')).toHaveLength(1)
})
