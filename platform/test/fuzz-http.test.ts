import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import { expect, test } from 'vitest'
import { endpoints, type Endpoint } from '../src/contract/index.ts'
import { furnish, listen, setup, signInAs, type House } from './setup.ts'
import { watchMemory } from './fuzz/flat-memory.ts'
import { aroundSchema, hostile } from './fuzz/from-schema.ts'

const runs = 12_000

interface Call {
  readonly method: Endpoint['method']
  readonly url: string
  readonly query: unknown
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
}

const known = ['garden', 'lake', 'gw-garden', 'barrier-garden', 'admin1', 'a'.repeat(64), 'none']
const parameter = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...known) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }) },
  { weight: 1, arbitrary: fc.constantFrom('..', '%00', '../..', '*', '0', '-1', '\\', "'") },
)

const headers = fc.dictionary(
  fc.constantFrom(
    'accept',
    'range',
    'if-none-match',
    'x-forwarded-for',
    'x-reason',
    'content-encoding',
    'expect',
    'te',
  ),
  fc.oneof(
    fc.constantFrom('gzip', 'bytes=0-', 'bytes=9-1', '*', '127.0.0.1', '100-continue'),
    fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  ),
  { maxKeys: 2 },
)

/** Calls that end the session which all the others need, and those of gateways, which have their own test. */
const isForPeople = ([name, { access }]: readonly [string, Endpoint]) => name !== 'signOut' && access !== 'gateway'

const callOf = ({ method, url, schema }: Endpoint): fc.Arbitrary<Call> => {
  const names = [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  return fc.record({
    method: fc.constant(method),
    url: fc
      .tuple(...names.map(() => parameter))
      .map((values) =>
        values.reduce(
          (path, value, index) => path.replace(`:${names[index] ?? ''}`, encodeURIComponent(value.toWellFormed())),
          url,
        ),
      ),
    query: schema.querystring ? aroundSchema(schema.querystring) : fc.constant(undefined),
    body: schema.body ? aroundSchema(schema.body) : fc.option(hostile, { nil: undefined, freq: 3 }),
    headers,
  })
}

/** Slow on purpose: fewer of them leave time for the others. */
const hashesPasswords = /^\/api\/(session|account|users)/

const anyCall = fc.oneof(
  ...Object.entries(endpoints)
    .filter(isForPeople)
    .map(([, endpoint]) => ({ weight: hashesPasswords.test(endpoint.url) ? 1 : 8, arbitrary: callOf(endpoint) })),
)

/** Headers that a client cannot send at all are refused before they leave. */
const isSendable = (text: string) => /^[\t\x20-\x7e]*$/.test(text)

function toRequest({ method, url, query, body, headers: more }: Call, cookie: string): InjectOptions {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {}))
    params.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value).toWellFormed())
  const sendable = Object.fromEntries(Object.entries(more).filter(([, value]) => isSendable(value)))
  const payload = body === undefined || method === 'GET' ? undefined : JSON.stringify(body)
  return {
    method,
    url: params.size > 0 ? `${url}?${params.toString()}` : url,
    headers: { ...sendable, cookie, ...(payload !== undefined && { 'content-type': 'application/json' }) },
    ...(payload !== undefined && { payload }),
  }
}

/** Some calls end the session; by then the wrong passwords of others have locked the address for a while. */
function restart(house: House, count: number) {
  house.time.now += 3600_000
  return signInAs(house, { username: `admin${count}`, role: 'admin', scope: '' })
}

test(`${runs} requests around the contract end in an answer and never in a fault of ours`, async () => {
  const house = await setup()
  await furnish(house)
  let admins = 1
  let cookie = await restart(house, admins)
  let answered = 0
  await fc.assert(
    fc.asyncProperty(anyCall, async (call) => {
      const answer = await house.app.inject(toRequest(call, cookie))
      answered += 1
      expect(answer.statusCode, `${call.method} ${call.url} ${answer.body}`).toBeLessThan(500)
      if (answer.statusCode >= 400 && answer.statusCode !== 404)
        expect(answer.json()).toEqual({ code: expect.stringMatching(/^[A-Z_]+$/), message: expect.any(String) })
      if (answer.body.includes('NOT_SIGNED_IN')) cookie = await restart(house, (admins += 1))
    }),
    { numRuns: runs, endOnFailure: true },
  )
  expect(answered).toBe(runs)
  expect((await house.app.inject('/api/health')).statusCode).toBe(200)
}, 300_000)

test('requests leave nothing behind', async () => {
  const house = await setup()
  await furnish(house)
  const url = await listen(house)
  const cookie = await signInAs(house, { username: 'guard1', role: 'guard', scope: '' })
  const ask = async (path: string) => (await fetch(`${url}${path}`, { headers: { cookie } })).text()
  const paths = ['/api/devices', '/api/devices/%00', '/api/nowhere', '/api/alerts?limit=x', '/api/compounds', '/']
  const askAll = async (count: number) => {
    for (let index = 0; index < count; index += 1) await ask(paths[index % paths.length] ?? '/')
  }
  await askAll(600)
  const memory = watchMemory()
  await askAll(3000)
  memory.expectFlat(4 * 1024 * 1024)
}, 120_000)
