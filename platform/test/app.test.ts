import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { putPeople, putPermits } from '../src/contract/index.ts'
import { call, furnish, setup, signInAs } from './setup.ts'

test('every refusal has a code and a message', async () => {
  const { app } = await setup()
  const post = (payload: string) =>
    app.inject({ method: 'POST', url: '/api/session', payload, headers: { 'content-type': 'application/json' } })
  const answers = [
    await app.inject('/api/nothing'),
    await app.inject('/api/devices/%zz'),
    await post('{'),
    await post('{}'),
    await post(JSON.stringify({ username: 'x', password: 'x'.repeat(2_000_000) })),
  ]
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 400, 400, 400, 413])
  for (const answer of answers) expect(Object.keys(answer.json())).toEqual(['code', 'message'])
})

test('pages of the console are one file; addresses of programs are not', async () => {
  const { app, folder } = await setup()
  await mkdir(join(folder, 'console/assets'), { recursive: true })
  await writeFile(join(folder, 'console/index.html'), '<title>Gatehouse</title>')
  await writeFile(join(folder, 'console/assets/a-1.js'), 'let a')
  await writeFile(join(folder, 'secret.txt'), 'secret')
  expect((await app.inject('/')).body).toContain('Gatehouse')
  const page = await app.inject('/alerts/123')
  expect([page.body, page.headers['cache-control']]).toEqual(['<title>Gatehouse</title>', 'no-cache'])
  expect((await app.inject('/assets/a-1.js')).headers['cache-control']).toContain('immutable')
  for (const url of ['/..%2fsecret.txt', '/%2e%2e/secret.txt', '/a%00b'])
    expect((await app.inject(url)).body).not.toContain('secret')
  expect((await app.inject('/api/what')).statusCode).toBe(404)
})

test('nothing foreign can run in the page', async () => {
  const { app } = await setup()
  const { headers } = await app.inject('/api/health')
  expect(headers['content-security-policy']).toMatch(/script-src 'self';/)
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
  expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
})

test('the API describes itself, and its state', async () => {
  const { app } = await setup()
  const { paths } = (await app.inject('/api/openapi.json')).json<{ paths: Record<string, object> }>()
  expect(Object.keys(paths)).toContain('/api/devices/{deviceId}/commands')
  const dependencies = { database: 'ok', influxdb: 'failed' }
  expect((await app.inject('/api/health')).json()).toEqual({ live: true, ready: true, dependencies })
  await app.inject('/api/users')
  expect((await app.inject('/metrics')).body).toContain(
    'gatehouse_refused_total{listener="http",reason="not-signed-in"} 1',
  )
})

test('long lists are taken whole, and refused whole when they contradict themselves', async () => {
  const house = await setup()
  await furnish(house)
  const cookie = await signInAs(house, { username: 'property', role: 'property', scope: 'riverside/east/garden' })
  const permits = Array.from(
    { length: 20_000 },
    (_, index) => ({ plate: `京A${index}`, kind: 'monthly', holder: 'Holder' }) as const,
  )
  const params = { compoundId: 'garden' }
  const put = (body: typeof permits) => call(house, putPermits, { cookie, params, body })
  expect(await put(permits)).toMatchObject({ status: 200 })
  expect(await put([...permits.slice(0, 2), ...permits.slice(0, 1)])).toMatchObject({ status: 400 })
  const caller = { username: 'x', role: 'property', scope: '' } as const
  expect(await house.services.parking.permits.list(caller, 'garden')).toHaveLength(20_000)
  const faceless = { personId: 'p1', name: 'Li', household: '3-201', cards: [], faceId: 'f1' }
  expect(await call(house, putPeople, { cookie, params, body: [faceless] })).toMatchObject({ status: 400 })
  expect(await call(house, putPeople, { cookie, params, body: [{ ...faceless, consentVersion: '1' }] })).toMatchObject({
    status: 200,
  })
})

test('one address cannot keep the platform busy', async () => {
  const { app } = await setup({ requestsPerMinute: 10 })
  const answers = []
  for (let index = 0; index < 11; index += 1) answers.push(await app.inject('/api/health'))
  expect(answers.at(-1)?.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' })
})

test('only the owner can read the key of the secrets', async () => {
  const { folder } = await setup()
  expect((await stat(join(folder, 'secrets.key'))).mode & 0o777).toBe(0o600)
})

test('one person is slowed down even when the requests come from many addresses', async () => {
  const house = await setup({ requestsPerMinute: 40 })
  const cookie = await signInAs(house, { username: 'guard1', role: 'guard', scope: '' })
  const from = (address: string) =>
    house.app.inject({ url: '/api/compounds', headers: { cookie, 'x-forwarded-for': address } })
  const answers = await Promise.all(Array.from({ length: 21 }, (_, index) => from(`192.0.2.${index}`)))
  expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(20)
  expect(answers.find(({ statusCode }) => statusCode === 429)?.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' })

  const other = await signInAs(house, { username: 'guard2', role: 'guard', scope: '' })
  expect((await house.app.inject({ url: '/api/compounds', headers: { cookie: other } })).statusCode).toBe(200)
})
