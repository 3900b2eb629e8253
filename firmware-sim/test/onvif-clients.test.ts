import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Cam, type RequestCallback } from 'onvif'
import { expect, onTestFinished, test } from 'vitest'
import { account, startTestCameras } from './onvif-cameras.ts'

const run = promisify(execFile)

/** A client that nobody here wrote. */
function otherClient(address: string, password = account.password) {
  const { hostname, port } = new URL(address)
  const options = { hostname, port: Number(port), username: account.username, password }
  const client = new Cam({ ...options, timeout: 5000, autoconnect: false })
  onTestFinished(() => {
    client.removeAllListeners('event')
  })
  return client
}

/** The answer that a call of the client hands to its callback. */
const answerOf = (start: (done: RequestCallback) => void) =>
  new Promise<unknown>((resolve, reject) => {
    start((error, answer: unknown) => {
      if (error) reject(error)
      else resolve(answer)
    })
  })

interface Message {
  readonly topic: { readonly _: string }
  readonly message: { readonly message: { readonly data: { readonly simpleItem: { readonly $: object } } } }
}

test('the npm client "onvif" reads the camera and learns of motion', async () => {
  const cameras = await startTestCameras()
  const client = otherClient(cameras.addressOf('cam-1'))
  await answerOf((done) => client.connect(done))

  expect(await answerOf((done) => client.getDeviceInformation(done))).toMatchObject({
    manufacturer: 'Gatehouse',
    model: 'GH-IPC-2',
  })
  expect(client.profiles?.map((profile) => profile.name)).toEqual(['Main stream', 'Sub stream'])
  expect(client.activeSource).toMatchObject({ encoding: 'H264', width: 1920, height: 1080, fps: 25 })
  expect(await answerOf((done) => client.getStreamUri({ protocol: 'RTSP' }, done))).toMatchObject({
    uri: expect.stringMatching(/^rtsp:\/\/127\.66\.0\.1:\d+\/cam-1\/main$/) as string,
  })
  expect(await answerOf((done) => client.getSnapshotUri({ profileToken: 'sub' }, done))).toMatchObject({
    uri: expect.stringMatching(/^http:\/\/127\.66\.0\.1:\d+\/snapshot\.jpg\?channel=1&profile=sub$/) as string,
  })
  expect(await answerOf((done) => client.getPresets(done))).toMatchObject({
    gate: { $: { token: 'preset-1' } },
  })

  const told: Message[] = []
  client.on('event', (message: Message) => told.push(message))
  await expect.poll(() => told.length).toBe(4)
  const next = once(client, 'event') as Promise<[Message]>
  cameras.trigger('cam-1', 'motion', true)
  const [{ topic, message }] = await next
  expect(topic._).toBe('tns1:VideoSource/MotionAlarm')
  expect(message.message.data.simpleItem.$).toEqual({ Name: 'State', Value: true })
})

test('the npm client "onvif" is refused with a wrong password', async () => {
  const cameras = await startTestCameras()
  const client = otherClient(cameras.addressOf('cam-1'), 'wrong')

  await expect(answerOf((done) => client.getDeviceInformation(done))).rejects.toThrow('not authorized')
})

test('the npm client "onvif" follows a clock that is an hour off', async () => {
  const cameras = await startTestCameras({ clockSkewMs: 3_600_000 })
  const client = otherClient(cameras.addressOf('cam-1'))

  await expect(answerOf((done) => client.getDeviceInformation(done))).rejects.toThrow('not authorized')
  await answerOf((done) => client.connect(done))
  expect(await answerOf((done) => client.getDeviceInformation(done))).toMatchObject({ model: 'GH-IPC-2' })
})

test("Debian's onvif-util finds the cameras and reads their profiles", async () => {
  // It switches the local delivery of its multicast off, so host and cameras must meet on a network of their own.
  const script = fileURLToPath(new URL('./onvif-util-session.ts', import.meta.url))
  const network = 'ip link set lo up && ip route add 224.0.0.0/4 dev lo && exec "$0" "$1"'
  const { stdout } = await run('unshare', ['--map-root-user', '--net', 'sh', '-c', network, process.execPath, script])
  const { search, session } = JSON.parse(stdout) as { search: string; session: string }

  expect(search).toContain('Found 2 cameras')
  expect(search).toContain('127.66.0.1 cam-1(Gate 1 GH-IPC-2)')
  expect(search).toContain('127.66.0.2 cam-2(Gate 2 GH-IPC-2)')
  expect(session).toContain('successfully connected to host')
  expect(session).toContain('Token 0: main')
  expect(session).toContain('Token 1: sub')
  expect(session).toMatch(/rtsp:\/\/127\.66\.0\.2:\d+\/cam-2\/main/)
  expect(session).toContain('Resolution: 1920 x 1080')
})
