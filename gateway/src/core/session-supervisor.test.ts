import { expect, test, vi } from 'vitest'
import { AppError } from '../errors.ts'
import type { OnvifDriver } from './driver.ts'
import type { OnvifSession } from './ports.ts'
import { sessionRetry, superviseSession } from './session-supervisor.ts'

const device = {
  deviceId: 'cam-1',
  kind: 'camera',
  name: 'Gate',
  place: 'North',
  address: 'http://192.168.1.20/onvif/device_service',
  username: 'admin',
  secret: 'secret',
  settings: {},
}
const failing = (code: string) => () => Promise.reject(new AppError(code, code))

/** A camera that is there or not, and a time that passes only when the test lets it. */
function setup(attempt: () => Promise<unknown> = () => Promise.resolve(), given: Partial<typeof device> = device) {
  const time = { now: 0, waits: [] as number[], next: undefined as (() => void) | undefined }
  const changes: string[] = []
  const logs: string[] = []
  const closed: string[] = []
  let lose: ((reason: Error) => void) | undefined
  const camera = { attempt, greet: (): Promise<unknown> => Promise.resolve(), connected: 0 }

  const driver: OnvifDriver = {
    kind: 'camera',
    transport: 'onvif',
    capabilities: {},
    async connect() {
      await camera.greet()
      return {
        command: async (name, args) => ({ name, args }),
        close: async () => void closed.push('device'),
      }
    },
  }
  const session = { close: async () => void closed.push('session') } as unknown as OnvifSession
  const log = (fields: object, message: string) => void logs.push(`${message} ${JSON.stringify(fields)}`)
  const { deviceId, kind, name, place, settings } = device
  const supervised = superviseSession({
    device: { deviceId, kind, name, place, settings, ...given },
    driver,
    async connect({ onLost, address, username, password }) {
      expect([address, username, password]).toEqual([given.address ?? '', given.username ?? '', given.secret ?? ''])
      await camera.attempt()
      camera.connected += 1
      lose = onLost
      return session
    },
    host: { readings: () => undefined, signal: () => undefined, keepPicture: async () => '' },
    onOnline: (online, reason) => changes.push(`${online ? 'online' : 'offline'}: ${reason}`),
    onClockDrift: () => undefined,
    logger: { debug: log, info: log, warn: log, error: log },
    retry: {
      ...sessionRetry,
      random: () => 1,
      now: () => time.now,
      delay(ms, signal) {
        time.waits.push(ms)
        return new Promise<void>((resolve) => {
          time.next = resolve
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
      },
    },
  })
  const tryAgain = async () => {
    const waits = time.waits.length
    time.next?.()
    await vi.waitFor(() => expect(time.waits.length > waits || changes.at(-1)?.startsWith('online')).toBe(true))
  }
  return { supervised, camera, changes, logs, closed, time, tryAgain, lose: (reason: Error) => lose?.(reason) }
}

test('a connected device is online once and takes commands', async () => {
  const { supervised, changes } = setup()
  await vi.waitFor(() => expect(changes).toEqual(['online: connected']))
  await expect(supervised.command('snapshot', { a: 1 })).resolves.toEqual({ name: 'snapshot', args: { a: 1 } })
  await supervised.stop()
})

test('an outage is told once, tried again ever more slowly, and its end is told once', async () => {
  const { supervised, camera, changes, logs, time, tryAgain, lose, closed } = setup()
  await vi.waitFor(() => expect(changes).toHaveLength(1))
  camera.attempt = failing('CAMERA_UNREACHABLE')
  time.now += 600_000
  lose(new AppError('CAMERA_UNREACHABLE', 'gone'))
  await vi.waitFor(() => expect(changes).toEqual(['online: connected', 'offline: unreachable']))
  await vi.waitFor(() => expect(time.waits).toHaveLength(1))
  expect(closed).toEqual(['device', 'session'])
  for (let outage = 0; outage < 8; outage += 1) await tryAgain()
  expect(time.waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
  await expect(supervised.command('snapshot', {})).rejects.toMatchObject({ code: 'DEVICE_OFFLINE' })
  camera.attempt = () => Promise.resolve()
  await tryAgain()
  expect(changes).toEqual(['online: connected', 'offline: unreachable', 'online: connected'])
  expect(logs).toHaveLength(1)
  await supervised.stop()
})

test('a device that was never there is told offline once', async () => {
  const { supervised, changes, time, tryAgain, logs } = setup(failing('CAMERA_UNREACHABLE'))
  await vi.waitFor(() => expect(time.waits).toHaveLength(1))
  await tryAgain()
  expect(changes).toEqual(['offline: unreachable'])
  expect(logs).toHaveLength(1)
  await supervised.stop()
})

test('a sign-in that is refused is tried rarely, so that the camera does not lock its user out', async () => {
  const { supervised, camera, time, logs, tryAgain } = setup(failing('CAMERA_UNREACHABLE'))
  await vi.waitFor(() => expect(time.waits).toHaveLength(1))
  camera.attempt = failing('CAMERA_NOT_AUTHORIZED')
  await tryAgain()
  expect(time.waits).toEqual([1000, 300_000])
  expect(logs.map((line) => /CAMERA_\w+/.exec(line)?.[0])).toEqual(['CAMERA_UNREACHABLE', 'CAMERA_NOT_AUTHORIZED'])
  await supervised.stop()
})

test('a device that comes and goes is not tried faster for it', async () => {
  const { supervised, changes, time, tryAgain, lose } = setup()
  for (let outage = 1; outage <= 3; outage += 1) {
    await vi.waitFor(() => expect(changes.at(-1)).toBe('online: connected'))
    lose(new AppError('CAMERA_UNREACHABLE', 'gone'))
    await vi.waitFor(() => expect(time.waits).toHaveLength(outage))
    await tryAgain()
  }
  expect(time.waits).toEqual([1000, 2000, 4000])
  await supervised.stop()
})

test('stopping ends the session and tells nobody', async () => {
  const { supervised, changes, closed, camera } = setup()
  await vi.waitFor(() => expect(changes).toHaveLength(1))
  await supervised.stop()
  expect(changes).toEqual(['online: connected'])
  expect(closed).toEqual(['device', 'session'])
  expect(camera.connected).toBe(1)
})

test('stopping while it waits ends at once', async () => {
  const { supervised, camera, time } = setup(failing('CAMERA_UNREACHABLE'))
  await vi.waitFor(() => expect(time.waits).toHaveLength(1))
  await supervised.stop()
  expect(camera.connected).toBe(0)
})

test('a session that the driver cannot use is closed and tried again', async () => {
  const { supervised, camera, closed, changes, time, tryAgain } = setup()
  camera.greet = () => Promise.reject(new Error('a fault of ours'))
  await vi.waitFor(() => expect(time.waits).toHaveLength(1))
  expect([closed, changes]).toEqual([['session'], ['offline: unreachable']])
  camera.greet = () => Promise.resolve()
  await tryAgain()
  expect(changes.at(-1)).toBe('online: connected')
  await supervised.stop()
})

test('stopping while it connects tells nobody', async () => {
  const connecting = Promise.withResolvers<undefined>()
  const { supervised, changes, closed } = setup(() => connecting.promise)
  const stopped = supervised.stop()
  connecting.resolve(undefined)
  await stopped
  expect([changes, closed]).toEqual([[], ['device', 'session']])
})

test('stopping while an attempt fails tells nobody', async () => {
  const connecting = Promise.withResolvers<undefined>()
  const { supervised, changes, time } = setup(() => connecting.promise)
  const stopped = supervised.stop()
  connecting.reject(new AppError('CAMERA_UNREACHABLE', 'given up'))
  await stopped
  expect([changes, time.waits]).toEqual([[], []])
})

test('a device without an account is called without one', async () => {
  const { supervised, changes } = setup(undefined, {})
  await vi.waitFor(() => expect(changes).toEqual(['online: connected']))
  await supervised.stop()
})
