import { flushPromises } from '@vue/test-utils'
import { expect, onTestFinished, test } from 'vitest'
import { mountInConsole } from '../testing/in-console'
import ConnectionBanner from './ConnectionBanner.vue'

test('a lost connection is said, with since when, until it is back', async () => {
  const { wrapper, lose, reconnect } = mountInConsole(ConnectionBanner)
  onTestFinished(() => wrapper.unmount())
  expect(wrapper.find('[data-testid="stale-banner"]').exists()).toBe(false)
  const at = new Date()
  at.setHours(14, 3, 22)
  lose(at.getTime())
  await flushPromises()
  expect(wrapper.get('[role="alert"]').text()).toContain('14:03:22')
  reconnect()
  await flushPromises()
  expect(wrapper.find('[data-testid="stale-banner"]').exists()).toBe(false)
})
