import { TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import {
  beginTotp,
  confirmTotp,
  getAccount,
  getSession,
  listAlerts,
  removeTotp,
  signIn,
} from '../src/contract/index.ts'
import { call, databases, password, setup, signInAs, usePostgres, type House } from './setup.ts'

const databaseFor = usePostgres()
const guard = { username: 'guard', role: 'guard', scope: '' } as const
const step = 30_000

const codeOf = (house: House, secret: string, steps = 0) =>
  TOTP.generate({ secret: secretOf(secret), timestamp: house.time.now + steps * step })
const secretOf = (base32: string) => new TOTP({ secret: base32 }).secret
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

const enter = (house: House, totp?: string, address = '10.0.0.1') =>
  call(house, signIn, {
    body: { username: 'guard', password, ...(totp !== undefined && { totp }) },
    headers: { 'x-forwarded-for': address },
  })

async function enrol(house: House, cookie: string) {
  const { status, body } = await call(house, beginTotp, { cookie, body: { password } })
  expect(status).toBe(201)
  const { secret, uri } = body as { secret: string; uri: string }
  const confirmed = await call(house, confirmTotp, { cookie, body: { code: codeOf(house, secret) } })
  expect(confirmed.status).toBe(201)
  const { recoveryCodes } = confirmed.body as { recoveryCodes: string[] }
  return { secret, uri, recoveryCodes }
}

describe.each(databases)('the second factor on %s', (kind) => {
  const start = async () => {
    const house = await setup({ databaseUrl: await databaseFor(kind) })
    const cookie = await signInAs(house, guard)
    return { house, cookie, ...(await enrol(house, cookie)) }
  }

  test('signing in takes two steps, and a code is good once', async () => {
    const { house, secret } = await start()
    expect(await enter(house)).toMatchObject({ status: 401, body: { code: 'TOTP_REQUIRED' } })
    // The code that switched it on was used by that.
    expect(await enter(house, codeOf(house, secret))).toMatchObject({ status: 401, body: { code: 'WRONG_CODE' } })
    house.time.now += step
    const code = codeOf(house, secret)
    const both = await Promise.all([enter(house, code), enter(house, code)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401])
    expect(await enter(house, code)).toMatchObject({ status: 401 })
  })

  test('a clock may be half a minute off, not more', async () => {
    const { house, secret } = await start()
    house.time.now += 10 * step
    expect(await enter(house, codeOf(house, secret, -2))).toMatchObject({ status: 401 })
    expect(await enter(house, codeOf(house, secret, 2))).toMatchObject({ status: 401 })
    expect(await enter(house, codeOf(house, secret, -1))).toMatchObject({ status: 200 })
    expect(await enter(house, codeOf(house, secret, 1))).toMatchObject({ status: 200 })
    // What is older than the last one that was used is used up, too.
    expect(await enter(house, codeOf(house, secret))).toMatchObject({ status: 401 })
  })

  test('wrong codes lock the account as wrong passwords do, and the password alone buys no new attempts', async () => {
    const { house, secret } = await start()
    house.time.now += step
    for (let index = 0; index < 5; index += 1) {
      expect(await enter(house, undefined, `10.0.1.${index}`)).toMatchObject({ body: { code: 'TOTP_REQUIRED' } })
      const code = wrong(codeOf(house, secret))
      expect(await enter(house, code, `10.0.1.${index}`)).toMatchObject({ body: { code: 'WRONG_CODE' } })
    }
    const right = codeOf(house, secret)
    expect(await enter(house, right, '10.0.1.9')).toMatchObject({ status: 429, body: { code: 'LOCKED_OUT' } })
  })

  test('each recovery code is good once, however it is typed', async () => {
    const { house, recoveryCodes, cookie } = await start()
    const [first = '', second = ''] = recoveryCodes
    expect(recoveryCodes).toHaveLength(10)
    expect(new Set(recoveryCodes).size).toBe(10)
    expect(first).toMatch(/^([a-z2-7]{4}-){3}[a-z2-7]{4}$/)
    expect(await enter(house, first)).toMatchObject({ status: 200 })
    expect(await enter(house, first)).toMatchObject({ status: 401, body: { code: 'WRONG_CODE' } })
    expect(await enter(house, second.toUpperCase().replaceAll('-', ' '))).toMatchObject({ status: 200 })
    expect(await call(house, getAccount, { cookie })).toMatchObject({ body: { totp: true, recoveryCodesLeft: 8 } })
  })

  test('nothing of it can be read in the database', async () => {
    const { house, secret, recoveryCodes } = await start()
    const rows = JSON.stringify([
      await house.db.selectFrom('users').selectAll().execute(),
      await house.db.selectFrom('recovery_codes').selectAll().execute(),
    ])
    for (const hidden of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll('-', ''))])
      expect(rows).not.toContain(hidden)
  })

  test('it is switched off with password and code', async () => {
    const { house, secret, cookie } = await start()
    house.time.now += step
    const remove = (given: string, code: string) => call(house, removeTotp, { cookie, body: { password: given, code } })
    expect(await remove('wrong', codeOf(house, secret))).toMatchObject({
      status: 403,
      body: { code: 'WRONG_PASSWORD' },
    })
    const code = codeOf(house, secret)
    expect(await remove(password, wrong(code))).toMatchObject({ status: 403, body: { code: 'WRONG_CONFIRMATION' } })
    expect(await remove(password, code)).toMatchObject({ status: 204 })
    expect(await enter(house)).toMatchObject({ status: 200 })
    expect(await call(house, getAccount, { cookie })).toMatchObject({ body: { totp: false, recoveryCodesLeft: 0 } })
  })
})

test('an address for authenticators names the product and the person', async () => {
  const house = await setup()
  const { uri, secret } = await enrol(house, await signInAs(house, guard))
  const parsed = new URL(uri)
  expect([parsed.protocol, parsed.host, parsed.pathname]).toEqual(['otpauth:', 'totp', '/Gatehouse:guard'])
  expect(Object.fromEntries(parsed.searchParams)).toEqual({
    ...{ secret, issuer: 'Gatehouse', algorithm: 'SHA1', digits: '6', period: '30' },
  })
  expect(secret).toHaveLength(32)
})

test('a second factor counts only after its first code, and needs the password to begin', async () => {
  const house = await setup()
  const cookie = await signInAs(house, guard)
  const begin = (given: string) => call(house, beginTotp, { cookie, body: { password: given } })
  const confirm = (code: string) => call(house, confirmTotp, { cookie, body: { code } })
  expect(await begin('wrong')).toMatchObject({ status: 403, body: { code: 'WRONG_PASSWORD' } })
  expect(await confirm('123456')).toMatchObject({ status: 409, body: { code: 'TOTP_NOT_BEGUN' } })
  const { secret } = (await begin(password)).body as { secret: string }
  expect(await enter(house)).toMatchObject({ status: 200 })
  expect(await confirm(wrong(codeOf(house, secret)))).toMatchObject({ body: { code: 'WRONG_CONFIRMATION' } })
  expect(await confirm(codeOf(house, secret))).toMatchObject({ status: 201 })
  expect(await begin(password)).toMatchObject({ status: 409, body: { code: 'TOTP_ALREADY' } })
  expect(await enter(house)).toMatchObject({ status: 401 })
})

test('where the role requires it, nothing but setting it up is allowed before', async () => {
  const house = await setup({ requireTotp: ['guard'] })
  const cookie = await signInAs(house, guard)
  const alerts = () => call(house, listAlerts, { cookie, querystring: {} })
  expect(await alerts()).toMatchObject({ status: 403, body: { code: 'TOTP_ENROLMENT_REQUIRED' } })
  expect(await call(house, getSession, { cookie })).toMatchObject({ status: 200, body: { duty: 'enrol-totp' } })
  const { secret } = await enrol(house, cookie)
  expect(await alerts()).toMatchObject({ status: 200 })
  house.time.now += step
  const body = { password, code: codeOf(house, secret) }
  expect(await call(house, removeTotp, { cookie, body })).toMatchObject({ status: 204 })
  expect(await alerts()).toMatchObject({ status: 403 })
  const free = await signInAs(house, { username: 'grid', role: 'grid', scope: '' })
  expect(await call(house, listAlerts, { cookie: free, querystring: {} })).toMatchObject({ status: 200 })
})
