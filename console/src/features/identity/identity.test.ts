import type { Approval, UserEntry } from '@gatehouse/platform/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, onTestFinished, test } from 'vitest'
import { answering, refusing } from '../../testing/answering'
import { mountInConsole } from '../../testing/in-console'
import { useSession } from '../../stores/session'
import AccountPage from './AccountPage.vue'
import ApprovalsPage from './ApprovalsPage.vue'
import FirstStepsPage from './FirstStepsPage.vue'
import PeoplePage from './PeoplePage.vue'
import SignInPage from './SignInPage.vue'
import { deviceName } from './device-name'
import { inputOf, matchesPerson, needsReason } from './person-form'
import { temporaryPassword } from './temporary-password'

const admin = { username: 'admin', name: 'Admin', role: 'admin', scope: '' } as const
const personWith = (change: Partial<UserEntry>): UserEntry => ({
  ...{ username: 'wang', name: '王芳', role: 'guard', scope: 'riverside' },
  ...{ disabled: false, temporaryPassword: false, totp: false },
  ...change,
})
const approvalWith = (change: Partial<Approval>): Approval => ({
  ...{ id: 'a1', action: 'putUser', target: 'third', scope: '', reason: '接替李工', requestedBy: 'first' },
  ...{ facts: { name: '王芳', role: 'admin', scope: '', changes: 'new' }, requestedAt: 1, expiresAt: 2 },
  ...{ state: 'waiting', hash: 'f'.repeat(64), mayApprove: true },
  ...change,
})

async function mountPage(component: Parameters<typeof mountInConsole>[0], routes: Parameters<typeof answering>[0]) {
  const calls = answering(routes)
  const mounted = mountInConsole(component, { user: admin })
  onTestFinished(() => mounted.wrapper.unmount())
  await flushPromises()
  return { ...mounted, calls }
}
const button = (wrapper: ReturnType<typeof mountInConsole>['wrapper'], text: string) => {
  const found = [...document.querySelectorAll('button')].find((each) => each.textContent.trim() === text)
  if (!found) throw new Error(`no button "${text}" in ${wrapper.html()}`)
  return found
}

test('signing in asks for the second factor only when it is needed, and says when the code is wrong', async () => {
  const session = { user: admin, expiresAt: 1 }
  const { wrapper, router, calls } = await mountPage(SignInPage, {
    'POST /api/session': (body) => {
      const { totp } = body as { totp?: string }
      if (totp === undefined) return refusing(401, 'TOTP_REQUIRED', '')()
      return totp === '123456' ? session : refusing(401, 'WRONG_CODE', '')()
    },
  })
  await wrapper.get('#username').setValue('admin')
  await wrapper.get('#password').setValue('secret-secret')
  expect(wrapper.find('#totp').exists()).toBe(false)
  await wrapper.get('form').trigger('submit')
  await flushPromises()
  expect(wrapper.find('[role=alert]').exists()).toBe(false)
  await wrapper.get('#totp').setValue('000000')
  await wrapper.get('form').trigger('submit')
  await flushPromises()
  expect(wrapper.get('[role=alert]').text()).toContain('验证码不正确')
  await wrapper.get('#totp').setValue('123456')
  await wrapper.get('form').trigger('submit')
  await flushPromises()
  expect(calls.at(-1)?.body).toEqual({ username: 'admin', password: 'secret-secret', totp: '123456' })
  expect(router.currentRoute.value.name).toBe('live')
})

test('whoever got the password from somebody else is led to choosing their own', async () => {
  const { wrapper, router } = await mountPage(SignInPage, {
    'POST /api/session': () => ({ user: admin, expiresAt: 1, duty: 'change-password' }),
  })
  await wrapper.get('#username').setValue('admin')
  await wrapper.get('#password').setValue('secret-secret')
  await wrapper.get('form').trigger('submit')
  await flushPromises()
  expect(router.currentRoute.value.name).toBe('first-steps')
})

test('a password that anybody would guess is not sent; one that is good leads on', async () => {
  const { wrapper, router, calls } = await mountPage(FirstStepsPage, {
    'PUT /api/account/password': () => new Response(null, { status: 204 }),
    'GET /api/session': () => ({ user: admin, expiresAt: 1 }),
  })
  useSession().duty = 'change-password'
  await flushPromises()
  await wrapper.get('[name=old-password]').setValue('from the chief')
  const attempt = async (password: string) => {
    await wrapper.get('[name=new-password]').setValue(password)
    await wrapper.get('[name=repeat-password]').setValue(password)
    await wrapper.get('form').trigger('submit')
    await flushPromises()
  }
  await attempt('Gatehouse2026')
  expect(wrapper.get('[role=alert]').text()).toBe('不能是产品名称')
  expect(calls).toEqual([])
  await attempt('门前一棵老槐树下乘凉')
  expect(calls[0]?.body).toEqual({ oldPassword: 'from the chief', newPassword: '门前一棵老槐树下乘凉' })
  expect(router.currentRoute.value.name).toBe('live')
})

test('the account shows where one is signed in and ends the others', async () => {
  const place = { address: '10.0.0.2', startedAt: 1, lastUsedAt: 2, expiresAt: 3 }
  const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
  const { wrapper, calls } = await mountPage(AccountPage, {
    'GET /api/account': () => ({ user: admin, totp: false, totpRequired: false, recoveryCodesLeft: 0 }),
    'GET /api/account/sessions': () => [
      { ...place, id: 's1', userAgent: firefox, current: true },
      { ...place, id: 's2', userAgent: 'curl/8', current: false },
    ],
    'DELETE /api/account/sessions/s2': () => new Response(null, { status: 204 }),
  })
  const rows = wrapper.findAll('[data-testid=session]')
  expect(rows.map((row) => row.text())).toEqual([
    expect.stringContaining('Firefox 140 · Windows') as string,
    expect.stringContaining('未知设备') as string,
  ])
  expect(rows[0]?.find('button').exists()).toBe(false)
  await rows[1]?.get('button').trigger('click')
  await flushPromises()
  expect(calls.map(({ call }) => call)).toContain('DELETE /api/account/sessions/s2')
})

test('setting up a second factor shows the code to scan and the recovery codes once', async () => {
  const uri = 'otpauth://totp/Gatehouse:admin?secret=ABCDEFGH&issuer=Gatehouse'
  const { wrapper, calls } = await mountPage(AccountPage, {
    'GET /api/account': () => ({ user: admin, totp: false, totpRequired: false, recoveryCodesLeft: 0 }),
    'GET /api/account/sessions': () => [],
    'POST /api/account/totp': () => ({ uri, secret: 'ABCDEFGH' }),
    'POST /api/account/totp/confirmation': () => ({ recoveryCodes: ['aaaa-bbbb', 'cccc-dddd'] }),
  })
  button(wrapper, '开启两步验证').click()
  await flushPromises()
  await wrapper.get('[name=totp-password]').setValue('my password')
  await wrapper.get('[name=totp-password]').trigger('submit')
  await flushPromises()
  expect(wrapper.find('svg.qr path').attributes('d')?.length).toBeGreaterThan(1000)
  expect(wrapper.get('[data-testid=totp-secret]').text()).toBe('ABCDEFGH')
  await wrapper.get('[name=totp]').setValue('123 456')
  await wrapper.get('[name=totp]').trigger('submit')
  await flushPromises()
  expect(wrapper.get('[data-testid=recovery-codes]').text()).toContain('aaaa-bbbb')
  expect(calls.find(({ call }) => call.endsWith('confirmation'))?.body).toEqual({ code: '123456' })
})

test('people are found by name, role and area; who is off and who has a temporary password shows', async () => {
  const { wrapper } = await mountPage(PeoplePage, {
    'GET /api/users': () => [
      personWith({}),
      personWith({ username: 'li', name: '李强', role: 'grid', disabled: true, temporaryPassword: true }),
    ],
  })
  const rows = wrapper.findAll('[data-testid=person]')
  expect(rows).toHaveLength(2)
  expect(rows[1]?.text()).toContain('已停用')
  expect(rows[1]?.text()).toContain('临时密码')
  await wrapper.get('select').setValue('grid')
  await flushPromises()
  expect(wrapper.findAll('[data-testid=person]')).toHaveLength(1)
})

test('somebody is switched off only after a question, with the reason', async () => {
  const { wrapper, calls } = await mountPage(PeoplePage, {
    'GET /api/users': () => [personWith({})],
    'PUT /api/users/wang': () => personWith({ disabled: true }),
  })
  button(wrapper, '停用').click()
  await flushPromises()
  const confirm = document.querySelector<HTMLButtonElement>('[data-testid=confirm-danger]')
  expect(confirm?.disabled).toBe(true)
  const input = document.querySelector<HTMLInputElement>('dialog input')
  if (!input) throw new Error('no field for the reason')
  input.value = '已离职'
  input.dispatchEvent(new Event('input'))
  await flushPromises()
  confirm?.click()
  await flushPromises()
  expect(calls.find(({ call }) => call === 'PUT /api/users/wang')?.body).toEqual({
    ...{ name: '王芳', role: 'guard', scope: 'riverside', disabled: true, reason: '已离职' },
  })
})

test('who asks, what and why stands on a request; agreeing sends exactly what was read', async () => {
  const { wrapper, calls } = await mountPage(ApprovalsPage, {
    'GET /api/approvals': () => [
      approvalWith({}),
      approvalWith({ id: 'a2', requestedBy: 'admin', mayApprove: false, target: 'fourth' }),
      approvalWith({ id: 'a3', state: 'alone', mayApprove: false }),
    ],
    'POST /api/approvals/a1/approve': () => approvalWith({ state: 'done', mayApprove: false }),
  })
  const [first, own, alone] = wrapper.findAll('[data-testid=approval]')
  for (const text of ['更改人员 third', 'first', '接替李工', '管理员', '新建', '全部'])
    expect(first?.text()).toContain(text)
  expect(own?.text()).toContain('需要另一位管理员同意')
  expect(own?.findAll('button').map((each) => each.text())).toEqual(['撤回'])
  expect(alone?.text()).toContain('单人操作')
  expect(alone?.findAll('button')).toEqual([])
  button(wrapper, '同意').click()
  await flushPromises()
  const input = document.querySelector<HTMLInputElement>('dialog input')
  if (!input) throw new Error('no field for the reason')
  input.value = '电话核实'
  input.dispatchEvent(new Event('input'))
  await flushPromises()
  document.querySelector<HTMLButtonElement>('[data-testid=confirm-danger]')?.click()
  await flushPromises()
  expect(calls.find(({ call }) => call.endsWith('/approve'))?.body).toEqual({
    hash: 'f'.repeat(64),
    reason: '电话核实',
  })
})

test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36',
    'Chrome 139 · Linux',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    'Safari 18 · iPhone',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0.50',
    'WeChat 8 · Android',
  ],
  ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/139.0 Safari/537.36 Edg/139.0', 'Edge 139 · Windows'],
  ['curl/8.5.0', undefined],
  ['', undefined],
])('%s is called %s', (userAgent, name) => {
  expect(deviceName(userAgent)).toBe(name)
})

test('a reason is asked for when the power of an administrator changes hands, and only then', () => {
  const input = (person: UserEntry | undefined, change: object) => ({ ...inputOf(person, ''), ...change })
  const chief = personWith({ role: 'admin' })
  expect(needsReason(undefined, input(undefined, {}))).toBe(false)
  expect(needsReason(undefined, input(undefined, { role: 'admin' }))).toBe(true)
  expect(needsReason(personWith({}), input(personWith({}), { setPassword: true, scope: 'x' }))).toBe(false)
  expect(needsReason(personWith({}), input(personWith({}), { role: 'admin' }))).toBe(true)
  expect(needsReason(chief, input(chief, { name: 'Other' }))).toBe(false)
  expect(needsReason(chief, input(chief, { setPassword: true }))).toBe(true)
  expect(needsReason(chief, input(chief, { role: 'guard' }))).toBe(true)
})

test('people are searched by what is seen of them', () => {
  const found = (search: string, role = '') => matchesPerson(personWith({}), { search, role })
  expect([found('王'), found('WANG'), found('river'), found(''), found('li'), found('', 'admin')]).toEqual([
    ...[true, true, true, true, false, false],
  ])
})

test('temporary passwords are long, readable and never the same', () => {
  const made = Array.from({ length: 200 }, temporaryPassword)
  expect(new Set(made).size).toBe(200)
  for (const password of made) expect(password).toMatch(/^([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}$/)
})
