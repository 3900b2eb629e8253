import { createServer as createTlsServer } from 'node:tls'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createAddressGuard } from '../src/adapters/onvif/address-guard.ts'
import { createOnvifConnect } from '../src/adapters/onvif/connect.ts'
import { createDescribeStream } from '../src/adapters/onvif/rtsp/describe.ts'
import { fixture, startFakeCamera } from './fixtures/onvif/fake-camera.ts'
import {
  description,
  good,
  isStreamDigestRight,
  rtspAnswer,
  startFakeStream,
  type HeardRequest,
  type StreamAnswer,
} from './fixtures/onvif/fake-stream.ts'

const user = { username: 'admin', password: 'p"ss:wörd' }
const coded = (code: string): unknown => expect.objectContaining({ code })
const facts = { codec: 'H264', clockRate: 90_000, control: 'trackID=1', width: 1920, height: 1080 }

async function setup(answer: StreamAnswer, timeoutMs = 2000) {
  const refusals: string[] = []
  const counter = { refused: (_listener: string, reason: string) => void refusals.push(reason) }
  const describe = createDescribeStream(createAddressGuard(['127.0.0.0/8'], counter), counter)
  const fake = await startFakeStream(answer)
  const ask = (url = fake.url, signal?: AbortSignal) => describe({ url, credentials: user, timeoutMs, signal })
  const allClosed = () => vi.waitFor(() => expect(fake.openSockets()).toBe(0))
  return { fake, ask, refusals, allClosed }
}

const challenge = (text: string) => (request: HeardRequest) =>
  isStreamDigestRight(request, user) ? good(request) : rtspAnswer('401 Unauthorized', [`WWW-Authenticate: ${text}`])

test('a stream behind no password is described, and gets no credentials', async () => {
  const { fake, ask, allClosed } = await setup(good)
  await expect(ask()).resolves.toEqual(facts)
  expect(fake.heard).toMatchObject([{ method: 'DESCRIBE', uri: fake.url.href }])
  expect(fake.heard[0]?.header('authorization')).toBeUndefined()
  expect(fake.heard[0]?.header('accept')).toBe('application/sdp')
  await allClosed()
})

test.each([
  ['MD5', 'Digest realm="cam", nonce="abc"'],
  ['MD5 with qop', 'Digest realm="cam", nonce="YWJj=", qop="auth", opaque="o"'],
  ['SHA-256', 'Digest realm="cam", nonce="abc", qop="auth", algorithm=SHA-256'],
  ['MD5 beside Basic', 'Basic realm="cam"\r\nWWW-Authenticate: Digest realm="cam", nonce="abc"'],
])('digest with %s is answered on the same connection', async (_name, header) => {
  const { fake, ask, allClosed } = await setup(challenge(header))
  await expect(ask()).resolves.toEqual(facts)
  expect(fake.heard.map(({ connection }) => connection)).toEqual([1, 1])
  expect(fake.heard.map(({ header: told }) => told('cseq'))).toEqual(['1', '2'])
  await allClosed()
})

test('Basic is answered when nothing else is offered', async () => {
  const expected = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`
  const { ask } = await setup((request) =>
    request.header('authorization') === expected
      ? good(request)
      : rtspAnswer('401 Unauthorized', ['WWW-Authenticate: Basic realm="cam"']),
  )
  await expect(ask()).resolves.toEqual(facts)
})

test('a camera that hangs up after its challenge is called once more', async () => {
  const { fake, ask, allClosed } = await setup((request) => {
    if (isStreamDigestRight(request, user)) return good(request)
    const headers = ['WWW-Authenticate: Digest realm="cam", nonce="abc"', 'Connection: close']
    request.socket.end(rtspAnswer('401 Unauthorized', headers))
    return undefined
  })
  await expect(ask()).resolves.toEqual(facts)
  expect(fake.heard.map(({ connection }) => connection)).toEqual([1, 2])
  await allClosed()
})

test('a password that the camera refuses is offered once', async () => {
  const refuse = () => rtspAnswer('401 Unauthorized', ['WWW-Authenticate: Digest realm="cam", nonce="abc"'])
  const { fake, ask, allClosed } = await setup(refuse)
  await expect(ask()).rejects.toEqual(coded('CAMERA_STREAM_NOT_AUTHORIZED'))
  expect(fake.heard).toHaveLength(2)
  await allClosed()
})

test.each([
  ['a path that is not there', '404 Not Found', 'CAMERA_STREAM_MISSING'],
  ['an encoder that is off', '503 Service Unavailable', 'CAMERA_STREAM_MISSING'],
  ['a user without live video', '403 Forbidden', 'CAMERA_STREAM_NOT_AUTHORIZED'],
  ['a challenge of no known kind', '401 Unauthorized\r\nWWW-Authenticate: Bearer', 'CAMERA_STREAM_NOT_AUTHORIZED'],
])('%s is told apart', async (_name, status, code) => {
  const { ask, allClosed } = await setup(() => rtspAnswer(status))
  await expect(ask()).rejects.toEqual(coded(code))
  await allClosed()
})

test.each([
  ['another protocol', 'HTTP/1.1 200 OK\r\n\r\n'],
  ['another version', 'RTSP/2.0 200 OK\r\n\r\n'],
  ['the answer to another question', rtspAnswer('200 OK', ['CSeq: 7'], description)],
  ['a length that is none', rtspAnswer('200 OK', ['Content-Length: -1'])],
  ['two lengths that differ', rtspAnswer('200 OK', ['Content-Length: 1', 'Content-Length: 2'])],
  ['a body beyond the limit', rtspAnswer('200 OK', ['Content-Length: 65537'])],
  ['a head beyond the limit', rtspAnswer('200 OK', [`X: ${'x'.repeat(16 * 1024)}`])],
  ['more headers than any', rtspAnswer('200 OK', Array<string>(65).fill('X: y'))],
  ['no description', rtspAnswer('200 OK')],
  [
    'media without end',
    Buffer.concat(Array<Buffer>(5).fill(Buffer.concat([Buffer.from('$\0\xff\xff', 'latin1'), Buffer.alloc(65_535)]))),
  ],
  ['one interim answer after the other', rtspAnswer('100 Continue').repeat(11)],
])('%s is no usable answer', async (_name, bytes) => {
  const { ask, allClosed } = await setup(() => bytes)
  await expect(ask()).rejects.toEqual(coded('CAMERA_STREAM_INVALID'))
  await allClosed()
})

test('a description without video is a missing stream', async () => {
  const { ask } = await setup(() => rtspAnswer('200 OK', [], 'v=0\r\ns=x\r\nm=audio 0 RTP/AVP 8\r\n'))
  await expect(ask()).rejects.toEqual(coded('CAMERA_STREAM_MISSING'))
})

test('left-over media and interim answers before the one that counts are skipped', async () => {
  const frame = Buffer.concat([Buffer.from([0x24, 0, 0, 5]), Buffer.from('RTSP/')])
  const { ask } = await setup((request) =>
    Buffer.concat([
      frame,
      Buffer.from('\r\n'),
      Buffer.from([0x24, 1, 0, 0]),
      Buffer.from(rtspAnswer('100 Continue') + good(request)),
    ]),
  )
  await expect(ask()).resolves.toEqual(facts)
})

test('silence ends with the time limit, and the connection is closed', async () => {
  const { ask, allClosed } = await setup(() => undefined, 200)
  await expect(ask()).rejects.toEqual(coded('CAMERA_STREAM_UNREACHABLE'))
  await allClosed()
})

test('the time limit holds for everything together, however the answer drips in', async () => {
  const { ask, allClosed } = await setup(({ socket }) => {
    const drip = setInterval(() => socket.write('X'), 20)
    socket.on('close', () => clearInterval(drip))
    return 'RTSP/1.0 200 OK\r\nX: '
  }, 300)
  const startedAt = performance.now()
  await expect(ask()).rejects.toEqual(coded('CAMERA_STREAM_UNREACHABLE'))
  expect(performance.now() - startedAt).toBeLessThan(2000)
  await allClosed()
})

test('half an answer is none', async () => {
  const { ask, allClosed } = await setup((request) => {
    request.socket.end(good(request).slice(0, -20))
    return undefined
  })
  await expect(ask()).rejects.toEqual(coded('CAMERA_STREAM_UNREACHABLE'))
  await allClosed()
})

test('an answer that comes byte by byte is whole in the end', async () => {
  const { ask } = await setup((request) => {
    request.socket.setNoDelay(true)
    const bytes = [...Buffer.from(good(request))]
    const next = () => {
      const byte = bytes.shift()
      if (byte === undefined) return
      request.socket.write(Uint8Array.of(byte), () => setImmediate(next))
    }
    next()
    return undefined
  }, 10_000)
  await expect(ask()).resolves.toEqual(facts)
})

test('nobody there, and a caller that gives up, are told at once', async () => {
  const { fake, ask } = await setup(() => undefined, 20_000)
  const giveUp = new AbortController()
  const asked = ask(fake.url, giveUp.signal)
  await vi.waitFor(() => expect(fake.heard).toHaveLength(1))
  giveUp.abort()
  await expect(asked).rejects.toEqual(coded('CAMERA_STREAM_UNREACHABLE'))
  await expect(ask(fake.url, giveUp.signal)).rejects.toEqual(coded('CAMERA_STREAM_UNREACHABLE'))
  await fake.stop()
  await expect(ask()).rejects.toEqual(coded('CAMERA_STREAM_UNREACHABLE'))
})

test.each([
  'rtsp://192.0.2.1/live',
  'rtsp://169.254.169.254:80/',
  'rtsp:live',
  'rtsp:///live',
  'http://127.0.0.1/live',
])('the address %s is refused and counted, and nobody is called', async (address) => {
  const { fake, ask, refusals } = await setup(good)
  await expect(ask(new URL(address))).rejects.toEqual(coded('CAMERA_ADDRESS_REFUSED'))
  expect(refusals).toHaveLength(1)
  expect(fake.heard).toEqual([])
})

test('a redirect within the camera is followed', async () => {
  const { fake, ask } = await setup((request) =>
    request.uri.endsWith('/moved')
      ? good(request)
      : rtspAnswer('302 Found', [`Location: rtsp://x:y@127.0.0.1:${fake.port}/moved`]),
  )
  await expect(ask()).resolves.toEqual(facts)
  expect(fake.heard.map(({ uri }) => uri)).toEqual([fake.url.href, `rtsp://127.0.0.1:${fake.port}/moved`])
})

test('a redirect to another host, another protocol or nowhere is refused, and a circle ends', async () => {
  let location = ''
  const { fake, ask, refusals, allClosed } = await setup(() => rtspAnswer('301 Moved', [`Location: ${location}`]))
  for (location of ['rtsp://127.0.0.2/live', 'rtsp://192.0.2.1/', 'http://127.0.0.1/', 'rtsp://['])
    await expect(ask()).rejects.toEqual(coded('CAMERA_ADDRESS_REFUSED'))
  expect(refusals).toEqual(['redirect', 'redirect', 'redirect', 'redirect'])
  location = fake.url.href
  await expect(ask()).rejects.toEqual(coded('CAMERA_STREAM_INVALID'))
  expect(fake.heard).toHaveLength(4 + 3)
  await allClosed()
})

test('a stream over TLS is asked over TLS', async () => {
  const { ask } = await setup(good)
  const tls = createTlsServer({ key: fixture('key.pem'), cert: fixture('certificate.pem') }, (socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write(rtspAnswer('200 OK', ['CSeq: 1'], description)))
  })
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => void tls.close())
  const { port } = tls.address() as AddressInfo
  await expect(ask(new URL(`rtsps://127.0.0.1:${port}/live`))).resolves.toEqual(facts)
})

test('a session checks the stream of a profile, and logs a change once', async () => {
  let answer: StreamAnswer = challenge('Digest realm="cam", nonce="abc"')
  const { fake } = await setup((request) => answer(request))
  const camera = await startFakeCamera({
    ...user,
    answers: {
      GetStreamUri: () => ({ body: fixture('stream-uri.xml').replace('192.0.2.9:8554', `192.0.2.9:${fake.port}`) }),
    },
  })
  const logged: string[] = []
  const log = (_fields: object, message: string) => {
    if (message.startsWith('camera stream')) logged.push(message)
  }
  const connect = createOnvifConnect({
    networks: ['127.0.0.0/8'],
    counter: { refused: () => undefined },
    logger: { debug: log, info: log, warn: log, error: log },
  })
  const session = await connect({ address: camera.address, ...user, onClockDrift: () => undefined })
  onTestFinished(() => session.close())
  await expect(session.checkStream('Profile_1')).resolves.toEqual({ codec: 'H264', width: 1920, height: 1080 })
  expect(logged).toEqual([])
  answer = () => rtspAnswer('503 Service Unavailable')
  await expect(session.checkStream('Profile_1')).rejects.toEqual(coded('CAMERA_STREAM_MISSING'))
  await expect(session.checkStream('Profile_1')).rejects.toEqual(coded('CAMERA_STREAM_MISSING'))
  answer = good
  await session.checkStream('Profile_1')
  expect(logged).toEqual(['camera stream is not there', 'camera stream is there again'])
})

test('a session that closes gives up the check that runs', async () => {
  const { fake } = await setup(() => undefined)
  const camera = await startFakeCamera({
    ...user,
    answers: { GetStreamUri: () => ({ body: fixture('stream-uri.xml').replace(':8554', `:${fake.port}`) }) },
  })
  const quiet = () => undefined
  const connect = createOnvifConnect({
    networks: ['127.0.0.0/8'],
    counter: { refused: quiet },
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  })
  const session = await connect({ address: camera.address, ...user, onClockDrift: quiet })
  const checked = expect(session.checkStream('Profile_1')).rejects.toEqual(coded('CAMERA_STREAM_UNREACHABLE'))
  await vi.waitFor(() => expect(fake.heard).toHaveLength(1))
  await session.close()
  await checked
  await vi.waitFor(() => expect(fake.openSockets()).toBe(0))
})
