import { expect, onTestFinished, test, vi } from 'vitest'
import { playTwin } from '../../test/twin-stage.ts'
import { barrier } from './barrier.device.ts'

function setup() {
  vi.useFakeTimers()
  const lane = playTwin(barrier)
  onTestFinished(() => {
    lane.twin.stop()
    vi.useRealTimers()
  })
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
  const arrive = (plate = '沪A12345', patienceMs = 20_000) =>
    lane.twin.stimulate({ type: 'vehicle', plate, colour: 'blue', confidence: 97, patienceMs })
  return { ...lane, pass, arrive }
}

test('a car is read on the loop, let in, and the arm closes behind it', async () => {
  const lane = setup()
  lane.arrive()
  expect(lane.last()).toMatchObject({ arm: 'closed', loop: true })
  await lane.pass(400)
  expect(lane.events).toMatchObject([{ type: 'plate', plate: '沪A12345', colour: 'blue' }])

  expect(lane.command({ op: 'open' })).toEqual({ commandId: 'c1', ok: true })
  expect(lane.last()).toMatchObject({ arm: 'opening' })
  await lane.pass(1700)
  expect(lane.last()).toMatchObject({ arm: 'open', loop: true })
  await lane.pass(3000)
  expect(lane.told()).toEqual(['plate', 'passed'])
  await lane.pass(3000)
  expect(lane.last()).toMatchObject({ arm: 'closed', loop: false })
})

test('a car that is not let in goes back when the driver has waited long enough', async () => {
  const lane = setup()
  lane.arrive('沪B66666', 10_000)
  await lane.pass(10_000)
  expect(lane.told()).toEqual(['plate'])
  await lane.pass(500)
  expect(lane.told()).toEqual(['plate', 'reversed'])
  expect(lane.last()).toMatchObject({ arm: 'closed', loop: false })
})

test('the plate event carries the picture, and is sent without it when the upload failed', async () => {
  const lane = setup()
  const picture = 'a'.repeat(64)
  const car = { type: 'vehicle', plate: '', colour: 'unknown', confidence: 0, patienceMs: 1000 } as const
  lane.twin.stimulate({ ...car, picture: Promise.resolve(picture) })
  await lane.pass(3500)
  lane.twin.stimulate({ ...car, picture: Promise.resolve(undefined) })
  await lane.pass(500)
  const plates = lane.events.filter(({ type }) => type === 'plate')
  expect(plates).toMatchObject([{ picture }, { plate: '' }])
  expect(plates[1]).not.toHaveProperty('picture')
})

test('the next car waits until the arm is down: one car, one raise', async () => {
  const lane = setup()
  lane.arrive('沪A11111')
  lane.arrive('沪A22222')
  await lane.pass(400)
  lane.command({ op: 'open' })
  await lane.pass(5000)
  expect(lane.told()).toEqual(['plate', 'passed'])
  await lane.pass(4000)
  expect(lane.events.at(-1)).toMatchObject({ type: 'plate', plate: '沪A22222' })
})

test('held open, cars drive through; released, the arm closes', async () => {
  const lane = setup()
  lane.command({ op: 'hold-open' })
  await lane.pass(20_000)
  expect(lane.last()).toMatchObject({ arm: 'open' })
  lane.arrive()
  await lane.pass(4000)
  expect(lane.told()).toEqual(['plate', 'passed'])
  expect(lane.last()).toMatchObject({ arm: 'open' })
  lane.command({ op: 'release' })
  await lane.pass(3000)
  expect(lane.last()).toMatchObject({ arm: 'closed' })
})

test('an arm on its way down goes up again on command', async () => {
  const lane = setup()
  lane.command({ op: 'open' })
  await lane.pass(9900)
  expect(lane.last()).toMatchObject({ arm: 'closing' })
  lane.command({ op: 'open' })
  expect(lane.last()).toMatchObject({ arm: 'opening' })
  await lane.pass(1700)
  expect(lane.last()).toMatchObject({ arm: 'open' })
})

test('a stuck arm answers that it cannot, and works again after the repair', async () => {
  const lane = setup()
  lane.faults.inject({ type: 'stuck' })
  expect(lane.command({ op: 'open' })).toMatchObject({ ok: false, code: 'ARM_STUCK' })
  expect(lane.last()).toMatchObject({ arm: 'fault' })
  lane.faults.clear('stuck')
  lane.twin.tick()
  expect(lane.last()).toMatchObject({ arm: 'closed' })
  expect(lane.command({ op: 'open' })).toMatchObject({ ok: true })
})

test('the help button calls, with a picture if there is one', async () => {
  const lane = setup()
  lane.twin.stimulate({ type: 'call', picture: Promise.resolve('b'.repeat(64)) })
  lane.twin.stimulate({ type: 'call' })
  await lane.pass(1)
  expect(lane.events).toMatchObject([{ type: 'call', picture: 'b'.repeat(64) }, { type: 'call' }])
})

test('an expired command is ignored, a repeated one answered again but not carried out twice', async () => {
  const lane = setup()
  expect(lane.command({ op: 'open' }, { expiresAt: Date.now() - 1 })).toBeUndefined()
  const first = lane.command({ op: 'open' }, { commandId: 'same' })
  await lane.pass(13_000)
  expect(lane.last()).toMatchObject({ arm: 'closed' })
  expect(lane.command({ op: 'open' }, { commandId: 'same' })).toEqual(first)
  expect(lane.last()).toMatchObject({ arm: 'closed' })
})

test('a command that the firmware does not know is refused, and garbage is ignored', () => {
  const lane = setup()
  const envelope = { commandId: 'x', expiresAt: Date.now() + 1000 }
  expect(lane.twin.command({ ...envelope, op: 'dance' })).toMatchObject({ ok: false, code: 'COMMAND_UNSUPPORTED' })
  expect(lane.twin.command(undefined)).toBeUndefined()
  expect(lane.command({ op: 'display', lines: ['欢迎回家'] })).toMatchObject({ ok: true })
})

test('only the last hundred results are remembered', () => {
  const lane = setup()
  for (let i = 0; i < 150; i += 1) lane.command({ op: 'display', lines: ['x'] })
  const before = lane.command({ op: 'display', lines: ['x'] }, { commandId: 'c1' })
  expect(before).toEqual({ commandId: 'c1', ok: true })
})
