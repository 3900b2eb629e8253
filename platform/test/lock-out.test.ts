import { describe, expect, test } from 'vitest'
import { signIn } from '../src/contract/index.ts'
import { openDatabase } from '../src/database/database.ts'
import { call, databases, password, setup, signInAs, usePostgres, type House } from './setup.ts'

const databaseFor = usePostgres()
const guard = { username: 'guard', role: 'guard', scope: '' } as const
const seconds = 1000

interface From {
  readonly address: string
  readonly device?: string
  readonly username?: string
}

const attempt = (house: House, given: string, { address, device, username = 'guard' }: From) =>
  call(house, signIn, {
    body: { username, password: given },
    headers: { 'x-forwarded-for': address },
    ...(device !== undefined && { cookie: `gatehouse_device=${device}` }),
  })

async function deviceOf(house: House, from: From) {
  const { answer } = await attempt(house, password, from)
  const cookie = answer.cookies.find(({ name }) => name === 'gatehouse_device')
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/api/session' })
  return cookie?.value ?? ''
}

/** Wrong passwords from all over the world, until the account is closed to strangers. */
async function besiege(house: House) {
  for (let index = 0; index < 5; index += 1) await attempt(house, 'wrong', { address: `198.51.100.${index}` })
  expect(await attempt(house, 'wrong', { address: '198.51.100.99' })).toMatchObject({ status: 429 })
}

describe.each(databases)('lock-out on %s', (kind) => {
  const start = async () => {
    const house = await setup({ databaseUrl: await databaseFor(kind) })
    await signInAs(house, guard)
    return house
  }

  test('an attack from elsewhere does not lock a person out of the browser they always use', async () => {
    const house = await start()
    const device = await deviceOf(house, { address: '10.0.0.1' })
    await besiege(house)
    expect(await attempt(house, password, { address: '10.0.0.1' })).toMatchObject({ status: 429 })
    expect(await attempt(house, password, { address: '10.0.0.1', device })).toMatchObject({ status: 200 })
    expect(await attempt(house, password, { address: '10.0.0.2', device })).toMatchObject({ status: 200 })
  })

  test('a known browser may guess no more often than any other, and does not lock the others out', async () => {
    const house = await start()
    const device = await deviceOf(house, { address: '10.0.0.1' })
    for (let index = 0; index < 5; index += 1)
      expect(await attempt(house, 'wrong', { address: '10.0.0.1', device })).toMatchObject({ status: 401 })
    expect(await attempt(house, password, { address: '10.0.0.1', device })).toMatchObject({ status: 429 })
    expect(await attempt(house, password, { address: '10.0.0.1' })).toMatchObject({ status: 200 })
  })

  test('a browser is known for those who signed in there, not for others, and not when it names itself', async () => {
    const house = await start()
    await signInAs(house, { username: 'thief', role: 'guard', scope: '' })
    const device = await deviceOf(house, { address: '10.0.0.66', username: 'thief' })
    await besiege(house)
    expect(await attempt(house, password, { address: '10.0.0.66', device })).toMatchObject({ status: 429 })
    expect(await attempt(house, password, { address: '10.0.0.66', device: 'invented' })).toMatchObject({ status: 429 })
    house.time.now += 31 * seconds
    const { answer } = await attempt(house, password, { address: '10.0.0.7', device: 'planted' })
    expect(answer.cookies.find(({ name }) => name === 'gatehouse_device')?.value).not.toBe('planted')
  })

  test('a browser is forgotten when somebody else sets the password, and after half a year', async () => {
    const house = await start()
    const device = await deviceOf(house, { address: '10.0.0.1' })
    house.time.now += 179 * 86_400 * seconds
    await house.services.identity.forgetExpired()
    expect(await house.db.selectFrom('known_devices').selectAll().execute()).not.toEqual([])
    await signInAs(house, guard) // sets the password anew
    await besiege(house)
    expect(await attempt(house, password, { address: '10.0.0.1', device })).toMatchObject({ status: 429 })
    house.time.now += 181 * 86_400 * seconds
    await house.services.identity.forgetExpired()
    expect(await house.db.selectFrom('known_devices').selectAll().execute()).toEqual([])
  })

  test('a hundred guesses at once are not more than a hundred one by one', async () => {
    const house = await start()
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => attempt(house, 'wrong', { address: `203.0.113.${index}` })),
    )
    const tried = answers.filter(({ status }) => status === 401)
    expect(tried).toHaveLength(5)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(35)
  })

  test('many people of one control room sign in at once', async () => {
    const house = await start()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => attempt(house, password, { address: '10.0.0.1' })),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
  })

  test('all addresses of an IPv6 network count as one', async () => {
    const house = await start()
    for (let index = 0; index < 5; index += 1)
      await attempt(house, 'x', { address: `2001:db8:1:2::${index}`, username: `nobody${index}` })
    expect(await attempt(house, password, { address: '2001:db8:1:2:ffff::1' })).toMatchObject({ status: 429 })
    expect(await attempt(house, password, { address: '2001:db8:1:3::1' })).toMatchObject({ status: 200 })
  })

  test('the time grows with every failure up to a quarter of an hour, and is forgotten after an hour', async () => {
    const house = await start()
    const from = (index: number) => ({ address: `192.0.2.${index}` })
    for (let index = 0; index < 5; index += 1) await attempt(house, 'wrong', from(index))
    const waits: number[] = []
    for (let index = 5; index < 12; index += 1) {
      const { body } = await attempt(house, password, from(index))
      waits.push(Number(/(\d+) seconds/.exec((body as { message: string }).message)?.[1]))
      house.time.now += (waits.at(-1) ?? 0) * seconds
      await attempt(house, 'wrong', from(index))
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900])
    house.time.now += 3601 * seconds
    expect(await attempt(house, 'wrong', from(100))).toMatchObject({ status: 401 })
    expect(await attempt(house, password, from(101))).toMatchObject({ status: 200 })
  })
})

test('a restart forgets no failure', async () => {
  const house = await setup()
  await signInAs(house, guard)
  await besiege(house)
  const reopened = await openDatabase({ folder: house.folder, onIdleError: () => undefined })
  const rows = await reopened
    .selectFrom('sign_in_failures')
    .selectAll()
    .where('subject', '=', 'account:guard')
    .execute()
  await reopened.destroy()
  expect(rows).toMatchObject([{ failures: 5, locked_until: house.time.now + 30 * seconds }])
})
