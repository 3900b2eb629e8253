import { describe, expect, test } from 'vitest'
import { getSession, listUsers, putUser, signIn, signOut } from '../src/contract/index.ts'
import { call, databases, password, setup, signInAs, usePostgres, type House } from './setup.ts'

const databaseFor = usePostgres()
const guard = { username: 'guard', role: 'guard', scope: '' } as const
const minutes = 60_000

const attempt = (house: House, given: string, address = '10.0.0.1') =>
  call(house, signIn, { body: { username: 'guard', password: given }, headers: { 'x-forwarded-for': address } })

describe.each(databases)('sessions on %s', (kind) => {
  const start = async () => setup({ databaseUrl: await databaseFor(kind) })

  test('a session is extended by use and ends twelve hours after the last one', async () => {
    const house = await start()
    const cookie = await signInAs(house, guard)
    house.time.now += 11 * 60 * minutes
    const used = await call(house, getSession, { cookie })
    expect(used).toMatchObject({ status: 200, body: { user: guard, expiresAt: house.time.now + 720 * minutes } })
    house.time.now += 11 * 60 * minutes
    expect(await call(house, getSession, { cookie })).toMatchObject({ status: 200 })
    house.time.now += 12 * 60 * minutes + 1
    expect(await call(house, getSession, { cookie })).toMatchObject({ status: 401, body: { code: 'NOT_SIGNED_IN' } })
  })

  test('a session tells the time zone by which quiet hours are kept', async () => {
    const house = await start()
    const cookie = await signInAs(house, guard)
    const timeZone = 'Asia/Shanghai'
    expect(await attempt(house, password)).toMatchObject({ status: 200, body: { timeZone } })
    expect(await call(house, getSession, { cookie })).toMatchObject({ status: 200, body: { timeZone } })
  })

  test('the cookie is out of reach for scripts and other sites; its token is not stored', async () => {
    const house = await start()
    const cookie = await signInAs(house, guard)
    const { answer } = await attempt(house, password)
    expect(answer.cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' })
    const rows = await house.db.selectFrom('sessions').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(cookie.split('=')[1])
  })

  test('after signing out the cookie is worth nothing', async () => {
    const house = await start()
    const cookie = await signInAs(house, guard)
    expect(await call(house, signOut, { cookie })).toMatchObject({ status: 204 })
    expect(await call(house, getSession, { cookie })).toMatchObject({ status: 401 })
  })

  test('five wrong passwords lock the account, for longer each time', async () => {
    const house = await start()
    await signInAs(house, guard)
    for (let index = 0; index < 5; index += 1)
      expect(await attempt(house, 'wrong', `10.0.1.${index}`)).toMatchObject({ status: 401 })
    expect(await attempt(house, password, '10.0.2.1')).toMatchObject({ status: 429, body: { code: 'LOCKED_OUT' } })
    house.time.now += 31_000
    expect(await attempt(house, 'wrong', '10.0.3.1')).toMatchObject({ status: 401 })
    house.time.now += 31_000
    expect(await attempt(house, password, '10.0.4.1')).toMatchObject({ status: 429 })
    house.time.now += 30_000
    expect(await attempt(house, password, '10.0.5.1')).toMatchObject({ status: 200 })
  })

  test('an address that guesses names is locked out for all of them', async () => {
    const house = await start()
    await signInAs(house, guard)
    for (let index = 0; index < 5; index += 1) {
      const body = { username: `nobody${index}`, password: 'x' }
      await call(house, signIn, { body, headers: { 'x-forwarded-for': '10.0.0.9' } })
    }
    expect(await attempt(house, password, '10.0.0.9')).toMatchObject({ status: 429 })
    expect(await attempt(house, password, '10.0.0.8')).toMatchObject({ status: 200 })
  })

  test('a new password ends every session of the person', async () => {
    const house = await start()
    const cookie = await signInAs(house, guard)
    const admin = await signInAs(house, { username: 'root', role: 'admin', scope: '' })
    const body = { name: 'Guard', role: 'guard', scope: '', password: 'another long one' } as const
    expect(await call(house, putUser, { cookie: admin, params: { username: 'guard' }, body })).toMatchObject({
      status: 200,
    })
    expect(await call(house, getSession, { cookie })).toMatchObject({ status: 401 })
  })

  test('a new role counts at once, without signing in again', async () => {
    const house = await start()
    const cookie = await signInAs(house, guard)
    const admin = await signInAs(house, { username: 'root', role: 'admin', scope: '' })
    expect(await call(house, listUsers, { cookie })).toMatchObject({ status: 403 })
    const body = { name: 'Guard', role: 'admin', scope: '', reason: 'covers the holidays' } as const
    await call(house, putUser, { cookie: admin, params: { username: 'guard' }, body })
    expect(await call(house, listUsers, { cookie })).toMatchObject({ status: 200 })
  })
})

test('an administrator of a part gives nobody more than that part', async () => {
  const house = await setup()
  const cookie = await signInAs(house, { username: 'east', role: 'admin', scope: 'riverside/east' })
  const put = (scope: string, username = 'newcomer') =>
    call(house, putUser, { cookie, params: { username }, body: { name: 'N', role: 'guard', scope, password } })
  expect(await put('')).toMatchObject({ status: 403, body: { code: 'OUT_OF_SCOPE' } })
  expect(await put('riverside/eastern')).toMatchObject({ status: 403 })
  expect(await put('riverside/east/garden')).toMatchObject({ status: 200 })
  await signInAs(house, { username: 'chief', role: 'supervisor', scope: 'riverside' })
  expect(await put('riverside/east', 'chief')).toMatchObject({ status: 403 })
  const { body } = await call(house, listUsers, { cookie })
  expect((body as { username: string }[]).map(({ username }) => username)).toEqual(['east', 'newcomer'])
})

test('the last administrator of everything stays one', async () => {
  const house = await setup()
  expect(await house.services.identity.createFirst(undefined)).toHaveLength(20)
  expect(await house.services.identity.createFirst(undefined)).toBeUndefined()
  const admin = { username: 'admin', role: 'admin', scope: '' } as const
  await expect(house.services.identity.put(admin, { ...admin, name: 'A', role: 'guard' })).rejects.toMatchObject({
    code: 'LAST_ADMINISTRATOR',
  })
})

test('a request that another web site sends is refused', async () => {
  const house = await setup()
  const headers = { origin: 'https://evil.example' }
  const body = { username: 'admin', password: 'x' }
  expect(await call(house, signIn, { body, headers })).toMatchObject({ status: 403, body: { code: 'FOREIGN_ORIGIN' } })
})

test('one address cannot try thousands of passwords', async () => {
  const house = await setup()
  const answers = []
  for (let index = 0; index < 31; index += 1)
    answers.push(await call(house, signIn, { body: { username: `x${index}`, password: 'x' } }))
  expect(answers.at(-1)).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS' } })
})
