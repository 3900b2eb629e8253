import { expect, onTestFinished, test, vi } from 'vitest'
import { playTwin } from '../../test/twin-stage.ts'
import { faceGate } from './face-gate.device.ts'
import { smoke } from './smoke.device.ts'
import { speaker, speechMs } from './speaker.device.ts'

function withFakeTime() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  return (ms: number) => vi.advanceTimersByTimeAsync(ms)
}
const resident = { type: 'face', faceId: 'face-1', score: 0.97, liveness: 0.98, waitMs: 10_000 } as const

test('a recognised resident enters when the lock is released, and it locks again', async () => {
  const pass = withFakeTime()
  const gate = playTwin(faceGate)
  gate.twin.stimulate({ ...resident, picture: Promise.resolve('c'.repeat(64)) })
  await pass(500)
  expect(gate.events).toMatchObject([{ type: 'face', faceId: 'face-1', picture: 'c'.repeat(64) }])
  gate.command({ op: 'open', holdSeconds: 5 })
  await pass(800)
  expect(gate.last()).toMatchObject({ lock: 'released', door: 'open' })
  await pass(6000)
  expect(gate.last()).toMatchObject({ lock: 'locked', door: 'closed' })
})

test('nobody walks through a gate that opens after they have gone', async () => {
  const pass = withFakeTime()
  const gate = playTwin(faceGate)
  gate.twin.stimulate({ type: 'stranger', liveness: 0.9, waitMs: 1000 })
  await pass(2000)
  gate.command({ op: 'open', holdSeconds: 3 })
  await pass(1000)
  expect(gate.last()).toMatchObject({ lock: 'released', door: 'closed' })
})

test('a gate that is held open for evacuation stays open through a short opening, until released', async () => {
  const pass = withFakeTime()
  const gate = playTwin(faceGate)
  gate.command({ op: 'hold-open' })
  gate.command({ op: 'open', holdSeconds: 1 })
  gate.command({ op: 'say', text: '请通行' })
  await pass(5000)
  expect(gate.last()).toMatchObject({ lock: 'held-open' })
  gate.command({ op: 'release' })
  expect(gate.last()).toMatchObject({ lock: 'locked' })
})

test('a forced, wedged or opened gate raises its alarm; a jammed lock says so', async () => {
  const pass = withFakeTime()
  const gate = playTwin(faceGate)
  gate.twin.stimulate({ type: 'forced' })
  gate.twin.stimulate({ type: 'tamper' })
  gate.twin.stimulate({ type: 'card', card: '0A1B2C3D', waitMs: 1000 })
  gate.twin.stimulate({ type: 'blocked', forMs: 30_000 })
  await pass(31_000)
  expect(gate.events).toMatchObject([
    { alarm: 'forced' },
    { alarm: 'tamper' },
    { card: '0A1B2C3D' },
    { alarm: 'held-open' },
  ])
  gate.faults.inject({ type: 'stuck' })
  expect(gate.command({ op: 'open', holdSeconds: 5 })).toMatchObject({ ok: false, code: 'LOCK_STUCK' })
})

const job = (jobId: string, priority: number, text = '各位居民请注意') =>
  ({ op: 'speak', jobId, text, priority }) as const

test('an announcement is started and finished after the time that its text takes', async () => {
  const pass = withFakeTime()
  const horn = playTwin(speaker)
  expect(horn.command(job('a', 3))).toMatchObject({ ok: true })
  expect(horn.command(job('a', 3))).toMatchObject({ ok: true })
  await pass(10_000)
  expect(horn.events.map(({ state }) => state)).toEqual(['started', 'finished'])
  expect(horn.events[1]).toMatchObject({ durationMs: speechMs('各位居民请注意') })
  expect(horn.last()).toMatchObject({ playing: false })
})

test('a more urgent announcement pre-empts, a less urgent one waits for its turn', async () => {
  const pass = withFakeTime()
  const horn = playTwin(speaker)
  horn.command(job('property', 3))
  await pass(500)
  horn.command(job('music', 5))
  horn.command(job('fire', 0))
  await pass(20_000)
  expect(horn.events.map(({ jobId, state }) => `${jobId} ${state}`)).toEqual([
    'property started',
    'property pre-empted',
    'fire started',
    'fire finished',
    'music started',
    'music finished',
  ])
})

test('stopping ends everything, a full queue and a broken amplifier are refused', async () => {
  const pass = withFakeTime()
  const horn = playTwin(speaker)
  for (let i = 0; i < 9; i += 1) expect(horn.command(job(`j${i}`, 4))).toMatchObject({ ok: true })
  expect(horn.command(job('one too many', 4))).toMatchObject({ ok: false, code: 'COMMAND_UNSUPPORTED' })
  expect(horn.command(job('j10', 4))).toMatchObject({ ok: false, code: 'SPEAKER_BUSY' })
  await pass(300)
  horn.command({ op: 'volume', percent: 35 })
  horn.command({ op: 'stop' })
  expect(horn.events.filter(({ state }) => state === 'failed')).toHaveLength(9)
  expect(horn.last()).toMatchObject({ playing: false, volumePercent: 35 })
  horn.command({ op: 'stop' })
  horn.faults.inject({ type: 'stuck' })
  expect(horn.command(job('j11', 4))).toMatchObject({ ok: false, code: 'AMPLIFIER_FAULT' })
})

test('smoke raises one alarm within seconds, which ends when the air is clear', async () => {
  const pass = withFakeTime()
  const detector = playTwin(smoke)
  detector.twin.stimulate({ type: 'smoke', peakPercent: 20, forMs: 30_000 })
  await pass(5000)
  expect(detector.told()).toEqual(['smoke'])
  detector.command({ op: 'silence' })
  await pass(60_000)
  expect(detector.told()).toEqual(['smoke', 'smoke-cleared'])
})

test('a self-test raises no alarm; a dead chamber fails it and sees no smoke', async () => {
  const pass = withFakeTime()
  const detector = playTwin(smoke)
  expect(detector.command({ op: 'self-test' })).toMatchObject({ ok: true, data: { passed: true } })
  detector.faults.inject({ type: 'stuck' })
  expect(detector.command({ op: 'self-test' })).toMatchObject({ ok: false, code: 'SELF_TEST_FAILED' })
  detector.twin.stimulate({ type: 'smoke', peakPercent: 40, forMs: 5000 })
  await pass(20_000)
  expect(detector.told()).toEqual([])
})

test('batteries drain and temperatures drift within what electronics survive', () => {
  const twins = [playTwin(smoke), playTwin(speaker), playTwin(faceGate)]
  for (const { twin, reports } of twins) {
    for (let i = 0; i < 300; i += 1) twin.tick()
    for (const { temperatureCelsius } of reports) expect(Math.abs(temperatureCelsius - 30)).toBeLessThan(26)
  }
  expect(twins[0]?.reports.at(-1)).toMatchObject({ seq: 300 })
})
