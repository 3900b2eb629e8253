import type { Gateway } from '@gatehouse/platform/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, onTestFinished, test } from 'vitest'
import { answering } from '../../testing/answering'
import { mountInConsole } from '../../testing/in-console'
import GatewayHealth from './GatewayHealth.vue'

async function show(change: Partial<Gateway>) {
  const gateway = { id: 'gw-1', compoundId: 'garden', online: true, lastSeq: 90, backlog: 0, ...change }
  answering({ 'GET /api/gateways': () => [gateway] })
  const { wrapper } = mountInConsole(GatewayHealth, { props: { compoundId: 'garden' } })
  onTestFinished(() => wrapper.unmount())
  await flushPromises()
  return wrapper.get('[data-testid="gateway"]')
}

test('a few records on their way are nothing to worry about', async () => {
  const gateway = await show({ backlog: 19 })
  expect(gateway.find('.warn').exists()).toBe(false)
  expect(gateway.text()).not.toContain('19')
})

test('a gateway that catches up after an outage says so', async () => {
  expect((await show({ backlog: 20 })).get('.warn').text()).toBe('正在补传断线期间的 20 条记录')
})

test('a gateway that is cut off is not said to catch up', async () => {
  expect((await show({ backlog: 20, online: false })).get('.warn').text()).toBe('待上传 20 条')
})
