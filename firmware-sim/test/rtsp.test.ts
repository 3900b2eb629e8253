import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createOnvifConnect } from '../../gateway/src/adapters/onvif/connect.ts'
import { account, call, first, serviceOf, startTestCameras } from './onvif-cameras.ts'

const run = promisify(execFile)
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const coded = (code: string): unknown => expect.objectContaining({ code })

async function sessionWith(address: string, password = account.password) {
  const onvif = createOnvifConnect({
    networks: ['127.0.0.0/8'],
    counter: { refused: () => undefined },
    logger: quiet,
  })
  const session = await onvif({ address, username: account.username, password, onClockDrift: () => undefined })
  onTestFinished(() => session.close())
  return session
}

async function streamUriOf(address: string, profile = 'main'): Promise<URL> {
  const media = 'xmlns="http://www.onvif.org/ver10/media/wsdl"'
  const body = `<GetStreamUri ${media}><ProfileToken>${profile}</ProfileToken></GetStreamUri>`
  return new URL(first(await call(serviceOf(address, 'media_service'), body), 'Uri') ?? '')
}

/** Says something to the server of this stream, and answers what it said by the time it has been quiet or hung up. */
async function say(url: URL, text: string) {
  const socket = connect(Number(url.port), url.hostname)
  onTestFinished(() => void socket.destroy())
  let heard = ''
  socket.on('data', (chunk) => (heard += chunk.toString()))
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(text)
  return { heard: () => heard, isOver: () => socket.readableEnded || socket.destroyed }
}

const request = (method: string, url: URL | string, ...headers: readonly string[]) =>
  [`${method} ${String(url)} RTSP/1.0`, 'CSeq: 5', ...headers, '', ''].join('\r\n')

test('the gateway finds the stream of every profile of every camera at one port', async () => {
  const cameras = await startTestCameras({ count: 3 })
  const ports = new Set<string>()
  for (const id of ['cam-1', 'cam-2', 'cam-3']) {
    const session = await sessionWith(cameras.addressOf(id))
    await expect(session.checkStream('main')).resolves.toEqual({ codec: 'H264', width: 1920, height: 1080 })
    await expect(session.checkStream('sub')).resolves.toEqual({ codec: 'H264', width: 640, height: 360 })
    ports.add(new URL(await session.streamUri('main')).port)
  }
  expect(ports.size).toBe(1)
  expect(cameras.status().map(({ descriptions }) => descriptions)).toEqual([2, 2, 2])
})

test('a stream that is switched off is missing while the camera answers, and comes back', async () => {
  const cameras = await startTestCameras({ count: 2 })
  const session = await sessionWith(cameras.addressOf('cam-1'))
  const other = await sessionWith(cameras.addressOf('cam-2'))
  cameras.setStream('cam-1', false)
  await expect(session.checkStream('main')).rejects.toEqual(coded('CAMERA_STREAM_MISSING'))
  await expect(session.profiles()).resolves.toHaveLength(2)
  await expect(other.checkStream('main')).resolves.toBeDefined()
  cameras.setStream('cam-1', true)
  await expect(session.checkStream('main')).resolves.toBeDefined()
})

test('a stream is described to its own user only', async () => {
  const cameras = await startTestCameras()
  const url = await streamUriOf(cameras.addressOf('cam-1'))
  const without = await say(url, request('DESCRIBE', url))
  await vi.waitFor(() => expect(without.heard()).toMatch(/^RTSP\/1\.0 401 Unauthorized\r\nCSeq: 5\r\n.*Digest /s))
  const wrong = await say(url, request('DESCRIBE', url, 'Authorization: Digest username="admin", response="0"'))
  await vi.waitFor(() => expect(wrong.heard()).toContain('401 Unauthorized'))
  expect(cameras.status()).toMatchObject([{ descriptions: 0, refusals: { 'no-credentials': 1, 'wrong-password': 1 } }])
})

test('the shared listener answers at the addresses of its cameras only', async () => {
  const cameras = await startTestCameras({ count: 2 })
  const url = await streamUriOf(cameras.addressOf('cam-1'))
  const elsewhere = new URL(url)
  elsewhere.hostname = '127.66.9.9'
  const talk = await say(elsewhere, request('OPTIONS', '*'))
  await vi.waitFor(() => expect(talk.isOver()).toBe(true))
  expect(talk.heard()).toBe('')
})

test('what is not served is said to be so', async () => {
  const cameras = await startTestCameras()
  const url = await streamUriOf(cameras.addressOf('cam-1'))
  const talk = await say(
    url,
    [
      request('OPTIONS', '*'),
      request('GET_PARAMETER', url, 'Content-Length: 4') + 'ping',
      request('SETUP', `${url.href}/trackID=0`, 'Transport: RTP/AVP/TCP;interleaved=0-1'),
      request('PLAY', url),
      request('DESCRIBE', url.href.replace('cam-1', 'cam-9')),
    ].join(''),
  )
  await vi.waitFor(() => expect(talk.heard().match(/^RTSP\/1\.0 \d+/gm)).toHaveLength(5))
  expect(
    talk
      .heard()
      .match(/^RTSP\/1\.0 .*$/gm)
      ?.map((line) => line.trim()),
  ).toEqual([
    'RTSP/1.0 200 OK',
    'RTSP/1.0 200 OK',
    'RTSP/1.0 501 Not Implemented',
    'RTSP/1.0 501 Not Implemented',
    'RTSP/1.0 404 Not Found',
  ])
  expect(talk.heard()).toContain('Public: OPTIONS, DESCRIBE, GET_PARAMETER')
})

test.each([
  ['another protocol', 'GET / HTTP/1.1\r\n\r\n'],
  ['a request beyond the limit', `OPTIONS * RTSP/1.0\r\nX: ${'x'.repeat(20_000)}`],
  ['a body beyond the limit', 'OPTIONS * RTSP/1.0\r\nContent-Length: 999999\r\n\r\n'],
  ['a length that is none', 'OPTIONS * RTSP/1.0\r\nContent-Length: x\r\n\r\n'],
])('%s ends the connection', async (_name, text) => {
  const cameras = await startTestCameras()
  const talk = await say(await streamUriOf(cameras.addressOf('cam-1')), text)
  await vi.waitFor(() => expect(talk.isOver()).toBe(true))
  expect(talk.heard()).toContain('400 Bad Request')
})

test('ffprobe signs in and understands the description, and learns that media is not served', async () => {
  const cameras = await startTestCameras()
  const url = await streamUriOf(cameras.addressOf('cam-1'))
  const address = `rtsp://${account.username}:${encodeURIComponent(account.password)}@${url.host}${url.pathname}`
  const failure = await run('ffprobe', ['-v', 'debug', '-rtsp_transport', 'tcp', '-timeout', '5000000', address]).then(
    () => undefined,
    (reason: unknown) => reason as { stderr: string },
  )
  expect(failure?.stderr).toMatch(/video codec set to: h264/i)
  expect(failure?.stderr).toContain('501 Not Implemented')
  expect(cameras.status()).toMatchObject([{ descriptions: 1 }])
})
