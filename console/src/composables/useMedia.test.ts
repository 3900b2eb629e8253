import { expect, onTestFinished, test } from 'vitest'
import { nextTick } from 'vue'
import MediaPicture from '../components/MediaPicture.vue'
import { mountInConsole } from '../testing/in-console'

const sha256 = 'a'.repeat(64)

function setup(role: 'guard' | 'installer' = 'guard') {
  const user = { username: role, name: role, role, scope: '' }
  const mounted = mountInConsole(MediaPicture, { props: { sha256, alt: 'Lane', reason: 'feed' }, user })
  onTestFinished(() => mounted.wrapper.unmount())
  return mounted
}

test('a picture that has not been brought yet appears when it is stored', async () => {
  const { wrapper, push } = setup()
  const first = wrapper.get('img').element
  await wrapper.get('img').trigger('error')
  expect(wrapper.text()).toContain('图片上传中')
  push('media:stored', { sha256: 'b'.repeat(64) })
  push('media:stored', { sha256 })
  await nextTick()
  expect(wrapper.get('img').element).not.toBe(first)
  await wrapper.get('img').trigger('load')
  expect(wrapper.text()).not.toContain('图片上传中')
})

test('a role that may not see pictures does not ask for them', () => {
  const { wrapper } = setup('installer')
  expect(wrapper.find('img').exists()).toBe(false)
  expect(wrapper.text()).toContain('不能查看图片')
})
