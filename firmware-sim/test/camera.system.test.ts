import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createOnvifConnect } from '../../gateway/src/adapters/onvif/connect.ts'
import { discoverCameras } from '../../gateway/src/adapters/onvif/discovery.ts'
import type { SessionHost } from '../../gateway/src/core/driver.ts'
import { superviseSession } from '../../gateway/src/core/session-supervisor.ts'
import type { DeviceSignal } from '../../gateway/src/core/signals.ts'
import { camera } from '../../gateway/src/drivers/camera/camera.driver.ts'
import { account, picture, startTestCameras } from './onvif-cameras.ts'

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** The gateway's side of one camera: real adapter, real driver, real supervision. */
async function setup(given: { clockSkewMs?: number; password?: string; isStreaming?: boolean } = {}) {
  const { password = account.password, isStreaming = true, ...skew } = given
  const cameras = await startTestCameras(skew)
  cameras.setStream('cam-1', isStreaming)
  const online: string[] = []
  const drifts: number[] = []
  const signals: DeviceSignal[] = []
  const pictures: Uint8Array[] = []
  const readings: Record<string, unknown> = {}
  const host: SessionHost = {
    readings: (values) => Object.assign(readings, values),
    signal: (signal) => signals.push(signal),
    keepPicture: async (bytes) => `picture ${pictures.push(bytes)}`,
  }
  const supervised = superviseSession({
    device: {
      deviceId: 'cam-1',
      kind: 'camera',
      name: 'Gate 1',
      place: 'North',
      address: cameras.addressOf('cam-1'),
      username: account.username,
      secret: password,
      settings: {},
    },
    driver: camera,
    connect: createOnvifConnect({
      networks: ['127.0.0.0/8'],
      counter: { refused: () => undefined },
      logger: quiet,
      timing: { livenessMs: 500, retryMs: 50 },
    }),
    host,
    onOnline: (isOnline, reason) => online.push(`${String(isOnline)} ${reason}`),
    onClockDrift: (offsetMs) => drifts.push(offsetMs),
    logger: quiet,
  })
  onTestFinished(() => supervised.stop())
  const live = () => vi.waitFor(() => expect(readings.eventsLive).toBe(true), { timeout: 5000 })
  return { cameras, supervised, online, drifts, signals, pictures, readings, live }
}

test('a simulated camera is online, tells its picture size and its states', async () => {
  const { online, readings, live, signals } = await setup()
  await live()
  await vi.waitFor(() =>
    expect(readings).toMatchObject({ clockOffset: 0, encoding: 'H264', resolution: '1920 × 1080', motion: false }),
  )
  expect(online).toEqual(['true connected'])
  expect(signals).toEqual([])
})

test('motion and tampering before the camera reach the gateway as signals', async () => {
  const { cameras, signals, live } = await setup()
  await live()
  cameras.trigger('cam-1', 'motion', true)
  cameras.trigger('cam-1', 'tamper', true)
  cameras.trigger('cam-1', 'motion', false)
  await vi.waitFor(() => expect(signals).toHaveLength(3))
  expect(signals.map(({ type }) => type).sort()).toEqual(['motion-changed', 'motion-changed', 'tampered'])
})

test('a picture is taken on command, over HTTP digest', async () => {
  const { supervised, pictures, live } = await setup()
  await live()
  await expect(supervised.command('snapshot', {})).resolves.toEqual({ picture: 'picture 1' })
  expect(pictures).toEqual([Buffer.from(picture)])
})

test('a camera whose clock is an hour off works, and its offset is a reading', async () => {
  const { readings, live, drifts } = await setup({ clockSkewMs: 3_600_000 })
  await live()
  expect(Math.abs(Number(readings.clockOffset) - 3_600_000)).toBeLessThan(1500)
  expect(drifts).toEqual([])
})

test('a clock that is set during the session is followed and told', async () => {
  const { cameras, live, drifts, online, supervised } = await setup()
  await live()
  cameras.setClockSkew('cam-1', -3_600_000)
  await vi.waitFor(() => expect(drifts).toHaveLength(1), { timeout: 5000 })
  expect(Math.abs((drifts[0] ?? 0) + 3_600_000)).toBeLessThan(1500)
  await expect(supervised.command('snapshot', {})).resolves.toBeDefined()
  expect(online).toEqual(['true connected'])
})

test('a wrong password is told as unreachable and not tried over and over', async () => {
  const { cameras, online, supervised } = await setup({ password: 'wrong' })
  await vi.waitFor(() => expect(online).toEqual(['false unreachable']))
  const { requests } = cameras.status()[0] ?? { requests: 0 }
  expect(requests).toBeLessThanOrEqual(4)
  await expect(supervised.command('snapshot', {})).rejects.toMatchObject({ code: 'DEVICE_OFFLINE' })
})

test('stopping leaves no pull point behind', async () => {
  const { cameras, supervised, live } = await setup()
  await live()
  expect(cameras.status()).toMatchObject([{ pullPoints: 1 }])
  await supervised.stop()
  expect(cameras.status()).toMatchObject([{ pullPoints: 0 }])
})

test('a camera that goes away is offline once', async () => {
  const { cameras, online, live } = await setup()
  await live()
  await cameras.close()
  await vi.waitFor(() => expect(online).toEqual(['true connected', 'false unreachable']), { timeout: 15_000 })
})

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}

test('simulated cameras are discovered, several in one datagram', async () => {
  const port = await freeUdpPort()
  await startTestCameras({ count: 30, discovery: { interfaceAddress: '127.0.0.1', port, matchesPerDatagram: 7 } })
  const found = await discoverCameras({
    interfaceAddress: '127.0.0.1',
    timeoutMs: 1500,
    target: { address: '127.0.0.1', port },
  })
  expect(found).toHaveLength(30)
  expect(found.map(({ scopes }) => scopes.name)).toContain('Gate 30')
})

test('the gateway tells whether the stream is there', async () => {
  const { cameras, readings, supervised } = await setup()
  await vi.waitFor(() => expect(readings.stream).toBe(true), { timeout: 10_000 })
  await supervised.stop()
  expect(cameras.status()).toMatchObject([{ descriptions: 1 }])
})

test('a camera whose ONVIF answers and whose stream is off is told by its stream alone', async () => {
  const { readings, online, live } = await setup({ isStreaming: false })
  await live()
  await vi.waitFor(() => expect(readings.stream).toBe(false), { timeout: 10_000 })
  expect(online).toEqual(['true connected'])
})
