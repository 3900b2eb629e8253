import { hash } from '@node-rs/argon2'
import { describe, expect, test } from 'vitest'
import {
  changePassword,
  endpoints,
  getAccount,
  getSession,
  listUsers,
  listUserSessions,
  putUser,
  signIn,
  type InputOf,
} from '../src/contract/index.ts'
import { call, databases, password, setup, signInAs, usePostgres, type House } from './setup.ts'

const databaseFor = usePostgres()
const root = { username: 'root', role: 'admin', scope: '' } as const
const given = 'until you choose your own'
const chosen = 'nobody else knows this one'

type PutBody = InputOf<typeof putUser>['body']
const put = (house: House, cookie: string, { username = 'wang', ...body }: Partial<PutBody> & { username?: string }) =>
  call(house, putUser, {
    cookie,
    params: { username },
    body: { name: 'Wang', role: 'guard', scope: 'riverside', ...body },
  })

async function enter(house: House, username: string, withPassword: string) {
  const entered = await call(house, signIn, { body: { username, password: withPassword } })
  const cookie = entered.answer.cookies[0]
  return { ...entered, cookie: `${cookie?.name ?? ''}=${cookie?.value ?? ''}` }
}

describe.each(databases)('people on %s', (kind) => {
  const start = async () => {
    const house = await setup({ databaseUrl: await databaseFor(kind) })
    return { house, admin: await signInAs(house, root) }
  }

  test('a password that somebody else has set opens nothing but its change', async () => {
    const { house, admin } = await start()
    expect(await put(house, admin, { password: given })).toMatchObject({
      status: 200,
      body: { temporaryPassword: true, disabled: false, totp: false },
    })
    const { cookie, body } = await enter(house, 'wang', given)
    expect(body).toMatchObject({ duty: 'change-password' })

    const open: string[] = []
    const last = (name: string) => Number(name === 'signOut')
    for (const [name, endpoint] of Object.entries(endpoints).sort(([a], [b]) => last(a) - last(b))) {
      if (endpoint.access === 'public' || endpoint.access === 'gateway') continue
      const { status, body: refusal } = await call(house, endpoint, { cookie, params: {} } as never)
      if (status !== 403 || (refusal as { code: string }).code !== 'PASSWORD_CHANGE_REQUIRED') open.push(name)
    }
    expect(open.sort()).toEqual(['changePassword', 'getAccount', 'getSession', 'signOut'])

    const again = await enter(house, 'wang', given)
    const body2 = { oldPassword: given, newPassword: chosen }
    expect(await call(house, changePassword, { cookie: again.cookie, body: body2 })).toMatchObject({ status: 204 })
    expect(await call(house, getSession, { cookie: again.cookie })).toMatchObject({ status: 200 })
    expect(JSON.stringify((await call(house, getSession, { cookie: again.cookie })).body)).not.toContain('duty')
    expect(await enter(house, 'wang', given)).toMatchObject({ status: 401 })
    expect(await enter(house, 'wang', chosen)).toMatchObject({ status: 200, body: { user: { username: 'wang' } } })
  })

  test('a new password ends the other sessions and keeps the one it was changed in', async () => {
    const { house, admin } = await start()
    await put(house, admin, { password: given, temporaryPassword: false })
    const [here, there] = [await enter(house, 'wang', given), await enter(house, 'wang', given)]
    const body = { oldPassword: given, newPassword: chosen }
    expect(await call(house, changePassword, { cookie: here.cookie, body })).toMatchObject({ status: 204 })
    expect(await call(house, getSession, { cookie: here.cookie })).toMatchObject({ status: 200 })
    expect(await call(house, getSession, { cookie: there.cookie })).toMatchObject({ status: 401 })
  })

  test('whoever is switched off is out at once, stays on record, and can come back', async () => {
    const { house, admin } = await start()
    await put(house, admin, { password: given, temporaryPassword: false })
    const { cookie } = await enter(house, 'wang', given)
    expect(await put(house, admin, { disabled: true })).toMatchObject({ status: 200, body: { disabled: true } })
    expect(await call(house, getSession, { cookie })).toMatchObject({ status: 401 })
    expect(await enter(house, 'wang', given)).toMatchObject({ status: 403, body: { code: 'ACCOUNT_DISABLED' } })
    expect(await enter(house, 'wang', 'not this one')).toMatchObject({ status: 401 })
    expect(await call(house, listUsers, { cookie: admin })).toMatchObject({
      body: [{ username: 'root' }, { username: 'wang', disabled: true, lastSignInAt: house.time.now }],
    })
    expect(await put(house, admin, { name: 'Wang Li' })).toMatchObject({ body: { disabled: true, name: 'Wang Li' } })
    await put(house, admin, { disabled: false })
    expect(await enter(house, 'wang', given)).toMatchObject({ status: 200 })
  })

  test('an administrator manages the people of their own area only', async () => {
    const { house } = await start()
    const east = await signInAs(house, { username: 'east', role: 'admin', scope: 'riverside/east' })
    await signInAs(house, { username: 'west', role: 'guard', scope: 'riverside/west' })
    await signInAs(house, { username: 'garden', role: 'guard', scope: 'riverside/east/garden' })
    const names = (await call(house, listUsers, { cookie: east })).body as { username: string }[]
    expect(names.map(({ username }) => username)).toEqual(['east', 'garden'])
    const sessionsOf = (username: string) => call(house, listUserSessions, { cookie: east, params: { username } })
    expect(await sessionsOf('garden')).toMatchObject({ status: 200, body: [{ current: false }] })
    expect(await sessionsOf('west')).toMatchObject({ status: 404, body: { code: 'USER_NOT_FOUND' } })
    expect(await put(house, east, { scope: 'riverside/west', username: 'west' })).toMatchObject({ status: 403 })
    const wider = { scope: 'riverside', role: 'supervisor', password: given, username: 'newcomer' } as const
    expect(await put(house, east, wider)).toMatchObject({ status: 403, body: { code: 'OUT_OF_SCOPE' } })
  })

  test('hashes that were made with other parameters are replaced when their owner signs in', async () => {
    const { house, admin } = await start()
    await put(house, admin, { password: given, temporaryPassword: false })
    const old = await hash(given, { memoryCost: 8192, timeCost: 1, parallelism: 1 })
    await house.db.updateTable('users').set({ password_hash: old }).where('username', '=', 'wang').execute()
    expect(await enter(house, 'wang', given)).toMatchObject({ status: 200 })
    const { password_hash: now } = await house.db
      .selectFrom('users')
      .selectAll()
      .where('username', '=', 'wang')
      .executeTakeFirstOrThrow()
    expect(now).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await enter(house, 'wang', given)).toMatchObject({ status: 200 })
  })
})

test.each([
  ['wang.wang.', 'the user name twice'],
  ['Gatehouse2026!', 'the product'],
  ['Password1234', 'what everybody has'],
])('%s is no password: %s', async (weak) => {
  const house = await setup()
  const admin = await signInAs(house, root)
  expect(await put(house, admin, { password: weak, username: 'wang.' })).toMatchObject({
    status: 400,
    body: { code: 'WEAK_PASSWORD' },
  })
  const cookie = await signInAs(house, { username: 'wang.', role: 'guard', scope: '' })
  const body = { oldPassword: password, newPassword: weak }
  expect(await call(house, changePassword, { cookie, body })).toMatchObject({ body: { code: 'WEAK_PASSWORD' } })
})

test('the own password is changed with the present one, never by administrating oneself', async () => {
  const house = await setup()
  const cookie = await signInAs(house, root)
  const mine = { username: 'root', role: 'admin', scope: '', reason: 'because I can' } as const
  expect(await put(house, cookie, { ...mine, password: chosen })).toMatchObject({
    body: { code: 'OWN_PASSWORD' },
  })
  await signInAs(house, { username: 'second', role: 'admin', scope: '' })
  expect(await put(house, cookie, { ...mine, disabled: true })).toMatchObject({ body: { code: 'OWN_ACCOUNT' } })
  const change = (oldPassword: string, newPassword: string) =>
    call(house, changePassword, { cookie, body: { oldPassword, newPassword } })
  expect(await change(password, password)).toMatchObject({ status: 400, body: { code: 'SAME_PASSWORD' } })
  for (let index = 0; index < 5; index += 1)
    expect(await change('a wrong one', chosen)).toMatchObject({ status: 403, body: { code: 'WRONG_PASSWORD' } })
  expect(await change(password, chosen)).toMatchObject({ status: 429, body: { code: 'LOCKED_OUT' } })
  // Whoever sits at somebody's desk does not lock them out of all others.
  expect(await enter(house, 'root', password)).toMatchObject({ status: 200 })
})

test('the password that was made up for the first administrator has to be changed, the one of the operator not', async () => {
  const made = await setup()
  const password1 = (await made.services.identity.createFirst(undefined)) ?? ''
  expect(await enter(made, 'admin', password1)).toMatchObject({ body: { duty: 'change-password' } })
  const chosenByOperator = await setup()
  await chosenByOperator.services.identity.createFirst(given)
  const { body } = await enter(chosenByOperator, 'admin', given)
  expect(body).not.toHaveProperty('duty')
})

test('a password counts as the same however it was composed', async () => {
  const house = await setup()
  const admin = await signInAs(house, root)
  await put(house, admin, { password: 'caf\u00e9 au lait, please', temporaryPassword: false })
  expect(await enter(house, 'wang', 'cafe\u0301 au lait, please')).toMatchObject({ status: 200 })
})

test('an unknown name takes as long as a wrong password', async () => {
  const house = await setup()
  await signInAs(house, root)
  const time = async (username: string, round: number) => {
    const begun = performance.now()
    const headers = { 'x-forwarded-for': `10.9.${round}.${username.length}` }
    await call(house, signIn, { body: { username, password: 'wrong' }, headers })
    return performance.now() - begun
  }
  const ratios: number[] = []
  for (let round = 0; round < 4; round += 1) {
    house.time.now += 16 * 60_000
    ratios.push((await time('nobody', round)) / (await time('root', round)))
  }
  // Without a hash to compare with it would be a small part; the machine may be busy, so the middle counts.
  expect(ratios.sort((a, b) => a - b)[2]).toBeGreaterThan(0.4)
})

test('an account tells its owner what it has', async () => {
  const house = await setup({ requireTotp: ['supervisor'] })
  const cookie = await signInAs(house, { username: 'guard', role: 'guard', scope: '' })
  expect((await call(house, getAccount, { cookie })).body).toEqual({
    user: { username: 'guard', name: 'guard', role: 'guard', scope: '' },
    totp: false,
    totpRequired: false,
    recoveryCodesLeft: 0,
  })
})
