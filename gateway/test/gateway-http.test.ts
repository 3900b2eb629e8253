import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { tinyJpeg } from '../../platform/src/contract/testing/pictures.ts'
import { createListenerIdentity } from '../src/adapters/listener-identity.ts'
import { startGatewayHttp, type GatewayHttpOptions } from '../src/adapters/media/gateway-http.ts'
import { openMediaStore } from '../src/adapters/media/media-store.ts'
import { maxMediaBytes } from '../src/protocol/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Of exactly that size, as long as its content fits into one segment. */
const jpeg = (bytes = 1000) => Buffer.from(tinyJpeg(randomBytes(bytes - tinyJpeg(new Uint8Array(1)).length + 1)))
const nameOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const basic = (user: string, secret: string) => `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`
const device = { authorization: basic('lane-1', 'secret:one') }

async function setup(options: Partial<GatewayHttpOptions> = {}) {
  const folder = await temporaryFolder()
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const refused: string[] = []
  const media = await openMediaStore(folder, { logger })
  const http = await startGatewayHttp({
    host: '127.0.0.1',
    port: 0,
    media,
    front: {
      signIn: (deviceId, secret) => (deviceId === 'lane-1' && secret === 'secret:one' ? 'admitted' : 'refused'),
    },
    counter: { refused: (listener, reason) => void refused.push(`${listener} ${reason}`) },
    logger,
    metrics: () => 'gatehouse_up 1\n',
    health: () => ({ ready: true, uplink: 'connected' }),
    ...options,
  })
  onTestFinished(() => http.close())
  const call = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${http.port}${path}`, init)
  const put = (name: string, body: Buffer<ArrayBuffer>, headers: Record<string, string> = device) =>
    call(`/media/${name}`, { method: 'PUT', body, headers })
  return { folder, logger, refused, media, http, call, put }
}

const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code

test('a picture that was put is got back, byte for byte', async () => {
  const { call, put, media } = await setup()
  const picture = jpeg(50_000)
  const name = nameOf(picture)

  expect((await put(name, picture)).status).toBe(204)
  expect((await put(name, picture)).status).toBe(204)
  const answer = await call(`/media/${name}`, { headers: device })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('image/jpeg')
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(picture)
  expect(media.status().bytes).toBe(50_000)
})

test('without a valid secret nothing is stored and nothing shown', async () => {
  const { call, put, refused } = await setup()
  const picture = jpeg()
  const name = nameOf(picture)

  for (const headers of [{}, { authorization: basic('lane-1', 'wrong') }, { authorization: 'Basic ####' }]) {
    const answer = await put(name, picture, headers)
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'NOT_AUTHORIZED'])
  }
  expect((await call(`/media/${name}`)).status).toBe(401)
  expect((await call(`/media/${name}`, { headers: device })).status).toBe(404)
  expect(refused.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => 'http not-authorized'))
})

test.each([
  ['a body that is not what its name says', () => jpeg(), 'f'.repeat(64), [422, 'MEDIA_NAME_WRONG']],
  ['a body that is no picture', () => Buffer.from('<svg/>'), undefined, [415, 'MEDIA_TYPE_REFUSED']],
  ['an empty body', () => Buffer.alloc(0), undefined, [415, 'MEDIA_TYPE_REFUSED']],
  ['a body that is too large', () => jpeg(maxMediaBytes + 1), undefined, [413, 'MEDIA_TOO_LARGE']],
] as const)('%s is refused', async (...[, makeBody, name, expected]) => {
  const { folder, put, refused } = await setup()
  const body = makeBody()

  const answer = await put(name ?? nameOf(body), body)
  expect([answer.status, await codeOf(answer)]).toEqual(expected)
  expect(refused).toHaveLength(1)
  expect(await readdir(folder)).toEqual(['incoming'])
})

test('a body that grows beyond the limit without announcing it is refused', async () => {
  const { http, refused } = await setup()
  const socket = connect(http.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  socket.write(
    `PUT /media/${'a'.repeat(64)} HTTP/1.1\r\nhost: x\r\nauthorization: ${device.authorization}\r\ntransfer-encoding: chunked\r\n\r\n`,
  )
  const piece = Buffer.alloc(1024 * 1024)
  for (let i = 0; i < 6; i++) socket.write(Buffer.concat([Buffer.from('100000\r\n'), piece, Buffer.from('\r\n')]))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /)
  expect(refused).toEqual(['http too-large'])
  socket.resume()
  await vi.waitFor(() => expect(socket.closed).toBe(true))
})

test.each([
  '/',
  '/media/',
  '/media/../../etc/passwd',
  `/media/${'A'.repeat(64)}`,
  `/media/${'a'.repeat(64)}/..`,
  `/media/${'a'.repeat(63)}%2f`,
  `/media/${'a'.repeat(64)}?x`,
])('%s leads nowhere', async (path) => {
  const { http } = await setup()
  const socket = connect(http.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  // Straight to the socket: an HTTP client would tidy the path up first.
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${device.authorization}\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 /)
  expect(answer.toString()).toContain('"NOT_FOUND"')
})

test('a method that is not understood is refused', async () => {
  const { call } = await setup()

  expect((await call('/metrics', { method: 'POST' })).status).toBe(405)
  const answer = await call(`/media/${'a'.repeat(64)}`, { method: 'DELETE', headers: device })
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, PUT'])
})

test('what is no HTTP is cut off', async () => {
  const { http, refused } = await setup()
  const socket = connect(http.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  socket.write('\u0010\u0000MQTT')

  await vi.waitFor(() => expect(socket.closed).toBe(true))
  expect(refused).toEqual(['http malformed'])
})

test('more connections than allowed are dropped', async () => {
  const { http, refused } = await setup({ maxConnections: 1 })
  const [first, second] = [connect(http.port, '127.0.0.1'), connect(http.port, '127.0.0.1')]
  for (const socket of [first, second]) {
    socket.on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
  }

  await vi.waitFor(() => expect(refused).toEqual(['http too-many-connections']))
})

test('health and metrics are answered', async () => {
  const { call } = await setup()

  expect(await (await call('/metrics')).text()).toBe('gatehouse_up 1\n')
  const health = await call('/api/health')
  expect([health.status, await health.json()]).toEqual([200, { ready: true, uplink: 'connected' }])
})

test('a gateway that is not ready says so in its status', async () => {
  const { call } = await setup({ health: () => ({ ready: false, store: 'failed' }) })

  expect((await call('/api/health')).status).toBe(503)
})

test('an error inside is answered without its details', async () => {
  const { call, logger } = await setup({ metrics: () => Promise.reject(new Error('secret detail')) })

  const answer = await call('/metrics')
  expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining('secret')])
  expect(logger.error).toHaveBeenCalledTimes(1)
})

test('without TLS only a loopback address is accepted', async () => {
  await expect(setup({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'PLAIN_LISTENER_REFUSED' })
})

test('with a certificate it speaks HTTPS', async () => {
  const file = (name: string) => readFile(new URL(`fixtures/tls/${name}`, import.meta.url), 'utf8')
  const cert = await file('localhost.cert.pem')
  const { http } = await setup({ identity: createListenerIdentity({ cert, key: await file('localhost.key.pem') }) })

  const request = httpsRequest({ host: 'localhost', port: http.port, path: '/api/health', ca: cert }).end()
  const [answer] = (await once(request, 'response')) as [{ statusCode: number; resume(): void }]
  answer.resume()
  expect(answer.statusCode).toBe(200)
})

test('when the folder is full the oldest pictures go first', async () => {
  const folder = await temporaryFolder()
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const media = await openMediaStore(folder, { logger, maxBytes: 10_000 })
  const names: string[] = []
  for (let i = 0; i < 15; i++) names.push(await media.put(jpeg(1000)))

  expect(media.status().bytes).toBeLessThanOrEqual(10_000)
  expect(await media.get(names[0] ?? '')).toBeUndefined()
  expect(await media.get(names[14] ?? '')).toHaveLength(1000)
  expect(logger.warn).toHaveBeenCalled()
})

test('half-written pictures are gone after a restart, whole ones are counted', async () => {
  const folder = await temporaryFolder()
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const media = await openMediaStore(folder, { logger })
  const name = await media.put(jpeg(1000))
  await writeFile(join(folder, 'incoming', 'part'), 'half')

  const again = await openMediaStore(folder, { logger })
  expect(await readdir(join(folder, 'incoming'))).toEqual([])
  expect(again.status().bytes).toBe(1000)
  expect(await again.get(name)).toHaveLength(1000)
  expect(await again.get('../incoming/part')).toBeUndefined()
})
