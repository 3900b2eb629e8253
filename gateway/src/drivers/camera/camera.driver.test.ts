import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SessionHost } from '../../core/driver.ts'
import type { OnvifEvent, OnvifProfile, OnvifSession } from '../../core/ports.ts'
import type { DeviceSignal } from '../../core/signals.ts'
import { AppError } from '../../errors.ts'
import { camera } from './camera.driver.ts'

beforeEach(() => vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

const device = { deviceId: 'cam-1', kind: 'camera', name: 'Gate', place: 'North', settings: {} }
const main: OnvifProfile = { token: 'P1', name: 'main', encoding: 'H264', width: 1920, height: 1080 }

type Watcher = Parameters<OnvifSession['watch']>

/** What a stream does that nobody has asked for yet. */
const notAsked = () => Promise.reject(new AppError('CAMERA_UNREACHABLE', ''))

async function setup(
  profiles: OnvifSession['profiles'] = async () => [main],
  checkStream: OnvifSession['checkStream'] = notAsked,
) {
  let watcher: Watcher | undefined
  let watching = true
  const readings: Record<string, unknown>[] = []
  const signals: { signal: DeviceSignal; eventId: string; at: number }[] = []
  const session: OnvifSession = {
    clockOffsetMs: () => 1234,
    information: async () => ({ manufacturer: '', model: '', firmwareVersion: '', serialNumber: '' }),
    profiles,
    streamUri: async () => '',
    checkStream,
    snapshot: async (token) => new TextEncoder().encode(`picture of ${token}`),
    watch(...listeners) {
      watcher = listeners
      return async () => {
        watching = false
      }
    },
    close: async () => undefined,
  }
  const host: SessionHost = {
    readings: (values) => readings.push(values),
    signal: (signal, event) => signals.push({ signal, ...event }),
    keepPicture: async (bytes) => `sha of ${new TextDecoder().decode(bytes)}`,
  }
  const connected = await camera.connect(session, device, host)
  const event = (topic: string, values: Record<string, string>, operation: OnvifEvent['operation'] = 'Changed') =>
    watcher?.[0]({ topic, operation, at: Date.now(), values })
  return {
    connected,
    readings,
    signals,
    event,
    state: (state: 'live' | 'stale') => watcher?.[1](state),
    isWatching: () => watching,
  }
}

test('on connecting it tells what it knows', async () => {
  const { readings } = await setup()
  expect(readings).toEqual([{ clockOffset: 1234, eventsLive: false, encoding: 'H264', resolution: '1920 × 1080' }])
})

test('motion is a reading and a signal, and takes no picture', async () => {
  const { event, readings, signals } = await setup()
  event('tns1:VideoSource/MotionAlarm', { State: 'true' })
  event('tns1:VideoSource/MotionAlarm', { State: 'true' })
  expect(readings.slice(1)).toEqual([{ motion: true }, { motion: true }])
  const topic = 'tns1:VideoSource/MotionAlarm'
  expect(signals).toEqual([
    {
      signal: { type: 'motion-changed', active: true, topic },
      eventId: 'motion-1800000000000-1',
      at: 1_800_000_000_000,
    },
  ])
})

test('tampering is signalled with its end; a dark picture is only a reading', async () => {
  const { event, signals, readings } = await setup()
  event('tns1:RuleEngine/TamperDetector/Tamper', { IsTamper: 'true' })
  event('tns1:RuleEngine/TamperDetector/Tamper', { IsTamper: 'false' })
  event('tns1:VideoSource/ImageTooDark/ImagingService', { State: 'true' })
  expect(signals.map(({ signal }) => signal)).toMatchObject([
    { type: 'tampered', active: true },
    { type: 'tampered', active: false },
  ])
  expect(readings.at(-1)).toEqual({ pictureFault: true })
})

test('a crossed line counts for five seconds after the last one', async () => {
  const { event, signals } = await setup()
  event('tns1:RuleEngine/LineDetector/Crossed', {}, 'none')
  await vi.advanceTimersByTimeAsync(3000)
  event('tns1:RuleEngine/LineDetector/Crossed', {}, 'none')
  await vi.advanceTimersByTimeAsync(4000)
  expect(signals).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1000)
  expect(signals).toHaveLength(2)
  expect(signals[1]).toMatchObject({ signal: { active: false }, at: 1_800_000_008_000 })
})

test('objects that were counted are a number', async () => {
  const { event, readings } = await setup()
  event('tns1:RuleEngine/CountAggregation/Counter', { Count: '17' })
  event('tns1:RuleEngine/CountAggregation/Counter', { Count: 'many' })
  expect(readings.slice(1)).toEqual([{ counter: 17 }])
})

test('a lost subscription makes states stale, not false', async () => {
  const { event, state, readings } = await setup()
  state('live')
  event('tns1:VideoSource/MotionAlarm', { State: 'true' })
  state('stale')
  expect(readings.at(-1)).toEqual({ eventsLive: false })
  state('live')
  await vi.advanceTimersByTimeAsync(30_000)
  expect(readings.at(-1)).toEqual({ clockOffset: 1234, eventsLive: true })
})

test('it reports every 30 s, and no more once it is closed', async () => {
  const { connected, event, readings, isWatching } = await setup()
  event('tns1:VideoSource/MotionAlarm', { State: 'false' })
  event('tns1:RuleEngine/LineDetector/Crossed', {}, 'none')
  await vi.advanceTimersByTimeAsync(30_000)
  expect(readings.at(-1)).toEqual({ clockOffset: 1234, eventsLive: false, motion: false })
  await connected.close()
  const told = readings.length
  await vi.advanceTimersByTimeAsync(120_000)
  expect(readings).toHaveLength(told)
  expect(isWatching()).toBe(false)
})

test('a picture is taken on command and answered by its name', async () => {
  const { connected } = await setup()
  await expect(connected.command('snapshot', {})).resolves.toEqual({ picture: 'sha of picture of P1' })
  await expect(connected.command('reboot', {})).rejects.toMatchObject({ code: 'COMMAND_UNKNOWN' })
})

test('profiles that were not there at first are asked for again', async () => {
  let answers: readonly OnvifProfile[] = []
  const { connected, readings } = await setup(async () => answers)
  expect(readings).toEqual([{ clockOffset: 1234, eventsLive: false }])
  await expect(connected.command('snapshot', {})).rejects.toMatchObject({ code: 'CAMERA_LACKS_FEATURE' })
  answers = [main]
  await expect(connected.command('snapshot', {})).resolves.toBeDefined()
})

test('an encoder that does not tell all of its size is shown as far as it does', async () => {
  const { readings } = await setup(async () => [{ token: 'P1', name: 'main' }])
  expect(readings).toEqual([{ clockOffset: 1234, eventsLive: false }])
})

test('a camera gone mad does not flood with signals', async () => {
  const { event, signals } = await setup()
  for (let toggle = 0; toggle < 200; toggle += 1)
    event('tns1:VideoSource/MotionAlarm', { State: String(toggle % 2 === 0) })
  expect(signals).toHaveLength(60)
  expect(new Set(signals.map(({ eventId }) => eventId)).size).toBe(60)
})

test('a camera without a media service connects, one that does not answer does not', async () => {
  const failing = (code: string) => () => Promise.reject(new AppError(code, ''))
  await expect(setup(failing('CAMERA_FAULT'))).resolves.toBeDefined()
  await expect(setup(failing('CAMERA_UNREACHABLE'))).rejects.toMatchObject({ code: 'CAMERA_UNREACHABLE' })
})

test('every reading and signal fits the announced capabilities', async () => {
  const { event, readings } = await setup()
  event('tns1:Device/HardwareFailure/FanFailure', { Failed: '1' })
  event('tns1:Device/Trigger/Relay', { LogicalState: '1' })
  const names = readings.flatMap((values) => Object.keys(values))
  expect(names.filter((name) => camera.capabilities[name]?.role !== 'reading')).toEqual([])
})

test('whether the stream is there is told soon after connecting, every five minutes, and no more once closed', async () => {
  const asked: string[] = []
  const { connected, readings } = await setup(undefined, async (token) => {
    asked.push(token)
    return { codec: 'H264' }
  })
  await vi.advanceTimersByTimeAsync(5000)
  expect(readings.at(-1)).toEqual({ stream: true })
  await vi.advanceTimersByTimeAsync(25_000)
  expect(readings.at(-1)).toEqual({ clockOffset: 1234, eventsLive: false, stream: true })
  await vi.advanceTimersByTimeAsync(3_000_000)
  expect(asked.length).toBeGreaterThanOrEqual(9)
  expect(asked.length).toBeLessThanOrEqual(14)
  expect(new Set(asked)).toEqual(new Set(['P1']))
  await connected.close()
  const before = asked.length
  await vi.advanceTimersByTimeAsync(3_000_000)
  expect(asked).toHaveLength(before)
})

test.each(['CAMERA_STREAM_MISSING', 'CAMERA_STREAM_NOT_AUTHORIZED', 'CAMERA_STREAM_INVALID', 'CAMERA_LACKS_FEATURE'])(
  'a stream that ends in %s is missing',
  async (code) => {
    const { readings } = await setup(undefined, () => Promise.reject(new AppError(code, '')))
    await vi.advanceTimersByTimeAsync(5000)
    expect(readings.at(-1)).toEqual({ stream: false })
  },
)

test('a stream that does not answer is asked once more before it counts as missing', async () => {
  const answers = [false, true, false, false]
  const { readings } = await setup(undefined, () =>
    answers.shift()
      ? Promise.resolve({ codec: 'H264' })
      : Promise.reject(new AppError('CAMERA_STREAM_UNREACHABLE', '')),
  )
  const told = () => readings.filter((values) => Object.keys(values).join() === 'stream')
  await vi.advanceTimersByTimeAsync(16_000)
  expect(told()).toEqual([{ stream: true }])
  await vi.advanceTimersByTimeAsync(400_000)
  expect(told()).toEqual([{ stream: true }, { stream: false }])
})

test('a camera that does not answer, or names no profile, says nothing of its stream', async () => {
  const silent = await setup()
  const bare = await setup(
    async () => [],
    async () => ({ codec: 'H264' }),
  )
  await vi.advanceTimersByTimeAsync(20_000)
  expect([...silent.readings, ...bare.readings].some((values) => 'stream' in values)).toBe(false)
})
