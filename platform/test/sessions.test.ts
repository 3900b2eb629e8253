import { describe, expect, test } from 'vitest'
import {
  endOtherSessions,
  endOwnSession,
  endUserSession,
  endUserSessions,
  getSession,
  listOwnSessions,
  listUserSessions,
  signIn,
  type SessionEntry,
} from '../src/contract/index.ts'
import { call, databases, password, setup, signInAs, usePostgres, type House } from './setup.ts'

const databaseFor = usePostgres()
const guard = { username: 'guard', role: 'guard', scope: 'riverside' } as const
const hours = 3600_000

async function enter(house: House, address: string, userAgent: string) {
  const { answer } = await call(house, signIn, {
    body: { username: 'guard', password },
    headers: { 'x-forwarded-for': address, 'user-agent': userAgent },
  })
  const [cookie] = answer.cookies
  return `${cookie?.name ?? ''}=${cookie?.value ?? ''}`
}

describe.each(databases)('sessions of a person on %s', (kind) => {
  const start = async () => {
    const house = await setup({ databaseUrl: await databaseFor(kind) })
    const first = await signInAs(house, guard)
    house.time.now += 60_000
    return { house, first, second: await enter(house, '10.0.0.2', 'Browser of the grid worker') }
  }
  const listOf = async (house: House, cookie: string) =>
    (await call(house, listOwnSessions, { cookie })).body as SessionEntry[]
  const isOpen = async (house: House, cookie: string) => (await call(house, getSession, { cookie })).status === 200

  test('everybody sees where they are signed in, and which of it is here', async () => {
    const { house, second } = await start()
    expect(await listOf(house, second)).toMatchObject([
      {
        ...{ address: '10.0.0.2', userAgent: 'Browser of the grid worker', current: true },
        ...{ startedAt: house.time.now, lastUsedAt: house.time.now, expiresAt: house.time.now + 12 * hours },
      },
      { address: '127.0.0.1', current: false, startedAt: house.time.now - 60_000 },
    ])
    expect(JSON.stringify(await listOf(house, second))).not.toContain(second.split('=')[1])
  })

  test('one can be ended, or all others', async () => {
    const { house, first, second } = await start()
    const third = await enter(house, '10.0.0.3', 'Lost phone')
    const lost = (await listOf(house, first)).find(({ userAgent }) => userAgent === 'Lost phone')?.id ?? ''
    expect(await call(house, endOwnSession, { cookie: first, params: { sessionId: lost } })).toMatchObject({
      status: 204,
    })
    expect([await isOpen(house, third), await isOpen(house, second)]).toEqual([false, true])
    expect(await call(house, endOwnSession, { cookie: first, params: { sessionId: lost } })).toMatchObject({
      status: 404,
      body: { code: 'SESSION_NOT_FOUND' },
    })
    expect(await call(house, endOtherSessions, { cookie: first })).toMatchObject({ status: 204 })
    expect([await isOpen(house, first), await isOpen(house, second)]).toEqual([true, false])
  })

  test('nobody ends a session of somebody else as if it were their own', async () => {
    const { house, first } = await start()
    const other = await signInAs(house, { username: 'other', role: 'guard', scope: '' })
    const id = (await listOf(house, first))[0]?.id ?? ''
    expect(await call(house, endOwnSession, { cookie: other, params: { sessionId: id } })).toMatchObject({
      status: 404,
    })
    expect(await listOf(house, first)).toHaveLength(2)
  })

  test('an administrator ends them one by one or all, inside the own area', async () => {
    const { house, first, second } = await start()
    const near = await signInAs(house, { username: 'near', role: 'admin', scope: 'riverside' })
    const far = await signInAs(house, { username: 'far', role: 'admin', scope: 'hillside' })
    const params = { username: 'guard' }
    const sessions = (await call(house, listUserSessions, { cookie: near, params })).body as SessionEntry[]
    expect(sessions.map(({ current }) => current)).toEqual([false, false])
    const sessionId = sessions[0]?.id ?? ''
    for (const cookie of [far])
      for (const refused of [
        await call(house, listUserSessions, { cookie, params }),
        await call(house, endUserSession, { cookie, params: { ...params, sessionId } }),
        await call(house, endUserSessions, { cookie, params }),
      ])
        expect(refused).toMatchObject({ status: 404, body: { code: 'USER_NOT_FOUND' } })
    expect(await call(house, endUserSession, { cookie: near, params: { ...params, sessionId } })).toMatchObject({
      status: 204,
    })
    expect([await isOpen(house, first), await isOpen(house, second)]).toEqual([true, false])
    expect(await call(house, endUserSessions, { cookie: near, params })).toMatchObject({ status: 204 })
    expect(await isOpen(house, first)).toBe(false)
  })

  test('a session ends after a week, however much it is used, and is not listed then', async () => {
    const { house, first } = await start()
    const { now } = house.time
    for (let used = 0; used < 16; used += 1) {
      house.time.now += 10 * hours
      expect(await isOpen(house, first)).toBe(true)
    }
    expect((await listOf(house, first)).map(({ expiresAt }) => expiresAt)).toEqual([now - 60_000 + 168 * hours])
    house.time.now = now - 60_000 + 168 * hours + 1
    expect(await isOpen(house, first)).toBe(false)
    await house.services.identity.forgetExpired()
    expect(await house.db.selectFrom('sessions').selectAll().execute()).toEqual([])
  })

  test('a live console keeps its session, also when nobody touches it for days', async () => {
    const { house, first, second } = await start()
    const hashes = (await house.db.selectFrom('sessions').selectAll().where('address', '=', '10.0.0.2').execute()).map(
      (row) => row.token_hash,
    )
    for (let round = 0; round < 10; round += 1) {
      house.time.now += 11 * hours
      expect((await house.services.signIns.keepAlive(hashes)).size).toBe(1)
    }
    expect([await isOpen(house, first), await isOpen(house, second)]).toEqual([false, true])
    house.time.now += 168 * hours
    expect((await house.services.signIns.keepAlive(hashes)).size).toBe(0)
  })
})
