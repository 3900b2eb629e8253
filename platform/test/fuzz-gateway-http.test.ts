import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tinyJpeg, tinyPng } from '../src/contract/testing/pictures.ts'
import { watchMemory } from './fuzz/flat-memory.ts'
import { furnish, setup } from './setup.ts'

const runs = 10_000

async function start() {
  const house = await setup()
  const secrets = await furnish(house)
  const authorization = `Basic ${Buffer.from(`gw-garden:${secrets['gw-garden'] ?? ''}`).toString('base64')}`
  return { house, authorization }
}

/** Some bytes of a good message changed, some cut off, some twice. */
const damaged = (good: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Buffer> =>
  fc
    .record({
      bytes: good,
      changes: fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
        maxLength: 4,
      }),
      cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 3, nil: 1 }),
      twice: fc.boolean(),
    })
    .map(({ bytes, changes, cut, twice }) => {
      const copy = Buffer.from(bytes)
      for (const [at, value] of changes) copy[Math.floor(at * copy.length)] = value
      const piece = copy.subarray(0, Math.ceil(cut * copy.length))
      return twice ? Buffer.concat([piece, piece]) : piece
    })

const name = fc.constantFrom('barrier', 'b\\ arrier', '', ' ', '\\', 'é', '"', '#', 'x'.repeat(300), '\u0000')
const value = fc.constantFrom('1', '1i', '-1.5e3', 'NaN', '1e999', '"text"', '"', 't', 'F', '', '9'.repeat(400), '1u')
const time = fc.constantFrom('', ' 1', ' 1700000000000', ' -1', ' 99999999999999999999', ' x')
const line = fc
  .tuple(
    name,
    fc.array(fc.tuple(name, name), { maxLength: 3 }),
    fc.array(fc.tuple(name, value), { maxLength: 3 }),
    time,
  )
  .map(([measurement, tags, fields, at]) => {
    const list = (pairs: readonly (readonly [string, string])[]) => pairs.map((pair) => pair.join('=')).join(',')
    return `${measurement},gateway=gw-garden,device=barrier-garden,${list(tags)} ${list(fields)}${at}`
  })
const lines = fc.array(line, { minLength: 1, maxLength: 5 }).map((several) => Buffer.from(several.join('\n')))
const telemetry = fc.oneof(
  lines,
  damaged(lines),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
)

test(`${runs} telemetry bodies are stored or refused, and the store goes on`, async () => {
  const { house, authorization } = await start()
  const send = (payload: Buffer, gzip: boolean) =>
    house.app.inject({
      method: 'POST',
      url: '/influx/write?db=gatehouse&precision=ms',
      headers: { authorization, 'content-type': 'text/plain', ...(gzip && { 'content-encoding': 'gzip' }) },
      payload,
    })
  const memory = watchMemory()
  await fc.assert(
    fc.asyncProperty(telemetry, fc.constantFrom('plain', 'gzip', 'broken gzip'), async (body, encoding) => {
      const payload = encoding === 'gzip' ? gzipSync(body) : body
      const { statusCode, body: answer } = await send(payload, encoding !== 'plain')
      expect([204, 400, 413], answer).toContain(statusCode)
    }),
    { numRuns: runs, endOnFailure: true },
  )
  memory.expectFlat(32 * 1024 * 1024)
  const good = Buffer.from(`barrier,gateway=gw-garden,device=barrier-garden raised=1 ${Date.now()}`)
  const last = await send(good, false)
  expect([last.statusCode, last.body]).toEqual([204, ''])
}, 300_000)

test('a small body that unpacks to a thousand times its size is refused', async () => {
  const { house, authorization } = await start()
  const payload = gzipSync(Buffer.alloc(200 * 1024 * 1024, 'a'))
  const answer = await house.app.inject({
    method: 'POST',
    url: '/influx/write?db=gatehouse&precision=ms',
    headers: { authorization, 'content-type': 'text/plain', 'content-encoding': 'gzip' },
    payload,
  })
  expect([400, 413]).toContain(answer.statusCode)
})

const picture = fc
  .tuple(fc.uint8Array({ maxLength: 200 }), fc.boolean())
  .map(([content, asPng]) => (asPng ? tinyPng(content) : tinyJpeg(content)))
const upload = fc.oneof(
  damaged(picture),
  picture.map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
)

test(`${runs} uploads are stored as the picture that they are or refused`, async () => {
  const { house, authorization } = await start()
  const memory = watchMemory()
  let stored = 0
  await fc.assert(
    fc.asyncProperty(
      upload,
      fc.constantFrom('image/jpeg', 'image/png', 'application/octet-stream', 'text/html', 'image/svg+xml'),
      fc.boolean(),
      async (payload, contentType, honest) => {
        const sha256 = createHash('sha256')
          .update(honest ? payload : 'another')
          .digest('hex')
        const headers = { authorization, 'content-type': contentType }
        const answer = await house.app.inject({ method: 'PUT', url: `/api/media/${sha256}`, headers, payload })
        expect([204, 400, 413, 415], answer.body).toContain(answer.statusCode)
        if (answer.statusCode === 204) stored += 1
        if (!honest) expect(answer.statusCode).not.toBe(204)
      },
    ),
    { numRuns: runs, endOnFailure: true },
  )
  expect(stored).toBeGreaterThan(100)
  memory.expectFlat(32 * 1024 * 1024)
}, 300_000)
