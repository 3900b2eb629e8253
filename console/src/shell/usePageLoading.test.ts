import { flushPromises } from '@vue/test-utils'
import { expect, onTestFinished, test } from 'vitest'
import { defineComponent, h } from 'vue'
import ToastRegion from '../components/ToastRegion.vue'
import { createTestRealtime, mountInConsole } from '../testing/in-console'
import { usePageLoading } from './usePageLoading'

async function goWhereNothingLoads(realtime = createTestRealtime()) {
  const opened: string[] = []
  const page = defineComponent({
    setup() {
      usePageLoading((path) => opened.push(path))
      return () => h(ToastRegion)
    },
  })
  const { wrapper, router } = mountInConsole(page, { realtime })
  onTestFinished(() => wrapper.unmount())
  router.addRoute({ path: '/far', component: () => Promise.reject(new Error('no such file')) })
  await router.push('/far').catch(() => undefined)
  await flushPromises()
  return { opened, wrapper }
}

test('without a connection a page that cannot be fetched is told in words', async () => {
  const realtime = createTestRealtime()
  realtime.lose(1)
  const { opened, wrapper } = await goWhereNothingLoads(realtime)
  expect(wrapper.text()).toContain('连接恢复后')
  expect(opened).toEqual([])
})

test('with a connection the console itself is out of date and is loaded anew', async () => {
  const { opened } = await goWhereNothingLoads()
  expect(opened).toEqual(['/far'])
})
