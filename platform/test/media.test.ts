import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import type { Role } from '../src/contract/index.ts'
import '../src/core/request.ts'
import { openDatabase } from '../src/database/database.ts'
import { tinyJpeg, tinyPng } from '../src/contract/testing/pictures.ts'
import { createMetrics } from '../src/core/metrics.ts'
import { AppError } from '../src/errors.ts'
import { createAuditTrail } from '../src/modules/audit/audit-trail.ts'
import { createSubjects } from '../src/modules/audit/subjects.ts'
import { openBlobStore, sha256Of } from '../src/modules/video/blob-store.ts'
import { videoRoutes } from '../src/modules/video/video.routes.ts'
import { createVideoService } from '../src/modules/video/video.service.ts'
import { auditing } from '../src/plugins/audit.ts'

const jpeg = (size = 1000) => Buffer.from(tinyJpeg(randomBytes(size)))
const png = Buffer.from(tinyPng(Buffer.from([1, 2, 3])))
const compounds = [
  { id: 'garden', name: 'Garden', path: 'street/east/garden' },
  { id: 'river', name: 'River', path: 'street/west/river' },
]
const gateways: Readonly<Record<string, (typeof compounds)[number] | undefined>> = {
  'gw-garden': compounds[0],
  'gw-river': compounds[1],
}

async function setup() {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-media-'))
  const db = await openDatabase({ folder, onIdleError: () => undefined })
  await db.insertInto('compounds').values(compounds).execute()
  const published: unknown[] = []
  const service = async () =>
    createVideoService({
      db,
      blobs: await openBlobStore(join(folder, 'media')),
      registry: {
        compoundOf: async (gatewayId) => gateways[gatewayId],
      },
      publisher: { publish: (event, compoundId, payload) => published.push([event, compoundId, payload]) },
      clock: { now: () => 1234 },
    })

  const app = Fastify().withTypeProvider<TypeBoxTypeProvider>()
  app.decorateRequest('person', undefined)
  app.decorateRequest('gatewayId', undefined)
  app.addHook('onRequest', async (request) => {
    const { gateway, scope } = request.headers
    if (typeof gateway === 'string') request.gatewayId = gateway
    else request.person = { username: 'li', role: 'guard' satisfies Role, scope: String(scope) }
  })
  app.setErrorHandler<Error>((error, _request, reply) =>
    error instanceof AppError
      ? reply.code(error.statusCode).send({ code: error.code, message: error.message })
      : reply.send(error),
  )
  const trail = createAuditTrail({
    db,
    clock: { now: () => 1234 },
    metrics: createMetrics(),
    logger: pino({ level: 'silent' }),
  })
  await app.register(auditing, { trail, subjects: createSubjects(db) })
  await app.register(videoRoutes, { video: await service() })
  onTestFinished(async () => {
    await app.close()
    await trail.close()
    await db.destroy()
    await rm(folder, { recursive: true })
  })

  const put = (bytes: Buffer, { name = sha256Of(bytes), gateway = 'gw-garden', type = 'image/jpeg' } = {}) =>
    app.inject({
      method: 'PUT',
      url: `/api/media/${name}`,
      headers: { gateway, 'content-type': type },
      payload: bytes,
    })
  const look = (bytes: Buffer, scope: string, reason?: string) =>
    app.inject({ url: `/api/media/${sha256Of(bytes)}`, headers: { scope }, query: reason ? { reason } : {} })
  const looks = () =>
    db
      .selectFrom('audit_entries')
      .select(['action', 'target', 'compound_id', 'actor', 'reason', 'at'])
      .where('outcome', '=', 'done')
      .execute()
  return { db, folder, published, put, look, looks }
}

test('a picture that a gateway brought can be looked at, and the look is recorded with its reason', async () => {
  const { published, put, look, looks } = await setup()
  const picture = jpeg()
  expect((await put(picture)).statusCode).toBe(204)
  expect(published).toEqual([['media:stored', 'garden', { sha256: sha256Of(picture) }]])

  const answer = await look(picture, 'street/east', 'alert a1')
  expect(answer.statusCode).toBe(200)
  expect(answer.headers).toMatchObject({
    'content-type': 'image/jpeg',
    'cache-control': 'private, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
  })
  expect(answer.rawPayload.equals(picture)).toBe(true)
  expect(await looks()).toEqual([
    {
      ...{ action: 'getMedia', target: sha256Of(picture), compound_id: 'garden', actor: 'li' },
      ...{ reason: 'alert a1', at: 1234 },
    },
  ])
})

test('a picture does not leave while nobody can write down who looked', async () => {
  const { db, put, look } = await setup()
  const picture = jpeg()
  await put(picture)
  await db.schema.alterTable('audit_entries').renameTo('audit_away').execute()
  const answer = await look(picture, '')
  expect([answer.statusCode, answer.json().code]).toEqual([503, 'AUDIT_UNAVAILABLE'])
  expect(answer.headers['cache-control']).toBeUndefined()
  expect(answer.rawPayload.includes(picture.subarray(20))).toBe(false)
  await db.schema.alterTable('audit_away').renameTo('audit_entries').execute()
  expect((await look(picture, '')).statusCode).toBe(200)
})

test('the type is that of the bytes, whatever the sender calls them', async () => {
  const { put, look } = await setup()
  expect((await put(png, { type: 'application/octet-stream' })).statusCode).toBe(204)
  expect((await look(png, '')).headers['content-type']).toBe('image/png')
})

test('a picture of another place is not found, and nothing is recorded', async () => {
  const { put, look, looks } = await setup()
  const picture = jpeg()
  await put(picture)
  const answer = await look(picture, 'street/west')
  expect([answer.statusCode, answer.json().code]).toEqual([404, 'MEDIA_NOT_FOUND'])
  expect(await looks()).toEqual([])
})

test('the same picture may belong to two compounds', async () => {
  const { put, look, looks } = await setup()
  const picture = jpeg()
  await put(picture)
  expect((await put(picture, { gateway: 'gw-river' })).statusCode).toBe(204)
  expect((await look(picture, 'street/west')).statusCode).toBe(200)
  expect(await looks()).toMatchObject([{ compound_id: 'river', reason: null }])
})

test('bringing a picture twice is harmless', async () => {
  const { put, look } = await setup()
  const picture = jpeg()
  await put(picture)
  expect((await put(picture)).statusCode).toBe(204)
  expect((await look(picture, '')).statusCode).toBe(200)
})

test.each([
  ['something else than a picture', Buffer.from('<html></html>'), {}, 415, 'NOT_A_PICTURE'],
  ['nothing', Buffer.alloc(0), {}, 415, 'NOT_A_PICTURE'],
  ['a name that is not its SHA-256', png, { name: createHash('sha256').digest('hex') }, 400, 'WRONG_MEDIA_NAME'],
  ['an unknown gateway', png, { gateway: 'gw-nobody' }, 404, 'GATEWAY_NOT_FOUND'],
])('%s is refused', async (...[, bytes, options, status, code]) => {
  const { put } = await setup()
  const answer = await put(bytes, options)
  expect([answer.statusCode, answer.json().code]).toEqual([status, code])
})

test('more than 4 MiB is refused', async () => {
  const { put } = await setup()
  expect((await put(jpeg(4 * 1024 * 1024))).statusCode).toBe(413)
})

test('a text that calls itself something else is refused', async () => {
  const { put } = await setup()
  expect((await put(png, { type: 'text/html' })).statusCode).toBe(415)
})

test('what a crash left half-written is cleared away, and is never a picture', async () => {
  const { folder } = await setup()
  const incoming = join(folder, 'media', 'incoming')
  await writeFile(join(incoming, 'half'), 'x')
  const blobs = await openBlobStore(join(folder, 'media'))
  expect(await readdir(incoming)).toEqual([])
  expect(await blobs.open(sha256Of(Buffer.from('x')))).toBeUndefined()
})
