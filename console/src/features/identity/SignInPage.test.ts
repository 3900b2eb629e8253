import { flushPromises } from '@vue/test-utils'
import { expect, onTestFinished, test } from 'vitest'
import { answering, refusing } from '../../testing/answering'
import { mountInConsole } from '../../testing/in-console'
import { lockOutMinutes } from './lock-out'
import { safeNext } from './safe-next'
import SignInPage from './SignInPage.vue'

async function signIn(answer: () => unknown) {
  const calls = answering({ 'POST /api/session': answer })
  const { wrapper, router } = mountInConsole(SignInPage)
  onTestFinished(() => wrapper.unmount())
  await wrapper.get('#username').setValue('guard')
  await wrapper.get('#password').setValue('secret-secret')
  await wrapper.get('form').trigger('submit')
  await flushPromises()
  return { wrapper, router, calls }
}

test('signing in leads to the live page', async () => {
  const user = { username: 'guard', name: 'Guard', role: 'guard', scope: '' }
  const { router, calls } = await signIn(() => ({ user, expiresAt: 1 }))
  expect(calls).toEqual([{ call: 'POST /api/session', body: { username: 'guard', password: 'secret-secret' } }])
  expect(router.currentRoute.value.name).toBe('live')
})

test('wrong credentials and a lock-out are said in words', async () => {
  const wrong = await signIn(refusing(401, 'WRONG_CREDENTIALS', 'User name or password is wrong'))
  expect(wrong.wrapper.get('[role="alert"]').text()).toContain('用户名或密码不正确')
  const locked = await signIn(refusing(429, 'LOCKED_OUT', 'Too many failed attempts; try again in 540 seconds'))
  expect(locked.wrapper.get('[role="alert"]').text()).toContain('约 9 分钟后再试')
})

test('a lock-out without a time is no lie', () => {
  expect(lockOutMinutes('Too many failed attempts')).toBeUndefined()
  expect(lockOutMinutes('try again in 20 seconds')).toBe(1)
})

test.each([
  ['/alerts/1?x=2', '/alerts/1?x=2'],
  ['//evil.example', '/live'],
  ['/\\evil.example', '/live'],
  ['https://evil.example', '/live'],
  ['/sign-in?next=/', '/live'],
  [undefined, '/live'],
])('after signing in %s leads to %s', (next, expected) => {
  expect(safeNext(next)).toBe(expected)
})
