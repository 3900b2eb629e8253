import { command, type CommandEntry } from '@gatehouse/platform/contract'
import { flushPromises } from '@vue/test-utils'
import { Type } from 'typebox'
import { expect, onTestFinished, test } from 'vitest'
import { answering, refusing } from '../testing/answering'
import { deviceWith, mountInConsole } from '../testing/in-console'
import CommandPanel from './CommandPanel.vue'

const open = command('Open', Type.Object({ holdSeconds: Type.Integer({ minimum: 1, maximum: 60, default: 5 }) }), {
  confirm: true,
})
const stop = command('Stop', Type.Object({}))
const device = deviceWith({ capabilities: { open, stop } })
const sent: CommandEntry = {
  commandId: 'c1',
  deviceId: 'd1',
  compoundId: 'garden',
  name: 'stop',
  args: {},
  by: 'guard',
  state: 'sent',
  sentAt: Date.now(),
  expiresAt: Date.now() + 10_000,
}
const post = 'POST /api/devices/d1/commands'

function setup(options: Parameters<typeof mountInConsole>[1] = {}) {
  const mounted = mountInConsole(CommandPanel, { props: { device }, ...options })
  onTestFinished(() => mounted.wrapper.unmount())
  const button = (name: string) => mounted.wrapper.get(`[data-testid="command-${name}"]`)
  const state = () => mounted.wrapper.get('[data-testid="command-progress"]').attributes('data-state')
  return { ...mounted, button, state }
}

test('a command of an unknown kind of device is offered from its capabilities alone', () => {
  const { button } = setup()
  expect(button('stop').text()).toBe('停止播放')
  expect(button('stop').attributes('disabled')).toBeUndefined()
})

test('a device that goes offline cannot be commanded', async () => {
  const { wrapper, button } = setup()
  await wrapper.setProps({ device: { ...device, online: false } })
  expect(button('open').attributes('disabled')).toBeDefined()
  expect(button('stop').attributes('disabled')).toBeDefined()
  expect(wrapper.text()).toContain('设备离线')
})

test('a role without the right sees no buttons', () => {
  const { wrapper } = setup({ user: { username: 'boss', name: 'Boss', role: 'supervisor', scope: '' } })
  expect(wrapper.find('button').exists()).toBe(false)
})

test('progress goes from sent over accepted to done', async () => {
  answering({ [post]: () => Response.json(sent, { status: 202 }) })
  const { button, state, push } = setup()
  await button('stop').trigger('click')
  await flushPromises()
  expect(state()).toBe('sent')
  push('command:changed', { ...sent, state: 'accepted' })
  await flushPromises()
  expect(state()).toBe('accepted')
  push('command:changed', { ...sent, commandId: 'another', state: 'failed' })
  push('command:changed', { ...sent, state: 'done' })
  push('command:changed', { ...sent, state: 'accepted' })
  await flushPromises()
  expect(state()).toBe('done')
})

test('a result that overtakes the answer is not lost', async () => {
  const mounted = setup()
  answering({
    [post]: () => {
      mounted.push('command:changed', { ...sent, state: 'done' })
      return Response.json(sent, { status: 202 })
    },
  })
  await mounted.button('stop').trigger('click')
  await flushPromises()
  expect(mounted.state()).toBe('done')
})

test('a failure says why, in words', async () => {
  answering({ [post]: () => Response.json(sent, { status: 202 }) })
  const { wrapper, button, push } = setup()
  await button('stop').trigger('click')
  await flushPromises()
  push('command:changed', { ...sent, state: 'failed', code: 'DEVICE_TIMEOUT' })
  await flushPromises()
  expect(wrapper.text()).toContain('设备没有在时限内响应')
})

test('a refused command says why, in words', async () => {
  answering({ [post]: refusing(409, 'DEVICE_OFFLINE', 'Device "d1" is not connected') })
  const { wrapper, button } = setup()
  await button('stop').trigger('click')
  await flushPromises()
  expect(wrapper.get('[role="alert"]').text()).toContain('设备未连接')
})

test('what moves something is confirmed first, with its arguments and a reason', async () => {
  const calls = answering({ [post]: () => Response.json({ ...sent, name: 'open' }, { status: 202 }) })
  const { button } = setup()
  await button('open').trigger('click')
  expect(calls).toEqual([])
  const dialog = document.querySelector('dialog')
  expect(dialog?.textContent).toContain('保持时间')
  const reason = dialog?.querySelector<HTMLInputElement>('#command-reason')
  if (!reason) throw new Error('no reason field')
  reason.value = '访客'
  reason.dispatchEvent(new Event('input'))
  dialog?.querySelector<HTMLElement>('[data-testid="command-confirm"]')?.click()
  await flushPromises()
  expect(calls).toEqual([{ call: post, body: { name: 'open', args: { holdSeconds: 5 }, reason: '访客' } }])
  expect(document.querySelector('dialog')).toBeNull()
})
