import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, h } from 'vue'
import { answering } from '../testing/answering'
import { deviceWith, mountInConsole } from '../testing/in-console'
import { useDevice } from './useDevice'

const Probe = defineComponent({
  setup() {
    const { device } = useDevice(() => 'd1')
    return () => h('p', JSON.stringify(device.value?.readings))
  },
})

test('changed readings join the others, and leaving ends the subscription', async () => {
  answering({ 'GET /api/devices/d1': () => deviceWith({ readings: { arm: 'closed', temperature: 20 } }) })
  const { wrapper, push, listenerCount } = mountInConsole(Probe)
  await flushPromises()
  push('device:changed', { id: 'd1', compoundId: 'garden', readings: { arm: 'open' } })
  push('device:changed', { id: 'd2', compoundId: 'garden', readings: { arm: 'fault' } })
  await flushPromises()
  expect(JSON.parse(wrapper.text())).toEqual({ arm: 'open', temperature: 20 })
  wrapper.unmount()
  expect(listenerCount()).toBe(0)
})
