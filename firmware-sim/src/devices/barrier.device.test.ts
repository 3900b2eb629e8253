import { expect, onTestFinished, test, vi } from 'vitest'
import { createRandom } from '../core/seeded-random.ts'
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

test('a car that follows without waiting is told apart from the one that was let in', async () => {
  const lane = setup()
  lane.arrive('沪A11111')
  lane.twin.stimulate({
    ...{ type: 'vehicle', plate: '沪A22222', colour: 'blue', confidence: 97, patienceMs: 20_000 },
    tailgates: true,
  })
  await lane.pass(400)
  lane.command({ op: 'open' })
  await lane.pass(9000)
  expect(lane.told()).toEqual(['plate', 'passed', 'tailgated', 'passed'])
  await lane.pass(3000)
  expect(lane.last()).toMatchObject({ arm: 'closed', loop: false })
})

test('an arm that is pushed up tells so, lets the car out, and comes down again', async () => {
  const lane = setup()
  lane.arrive('沪B66666')
  await lane.pass(400)
  lane.twin.stimulate({ type: 'forced' })
  lane.twin.stimulate({ type: 'forced' })
  await lane.pass(3000)
  expect(lane.told()).toEqual(['plate', 'forced', 'passed'])
  await lane.pass(3000)
  expect(lane.last()).toMatchObject({ arm: 'closed' })
  lane.twin.stimulate({ type: 'forced' })
  await lane.pass(8000)
  expect(lane.last()).toMatchObject({ arm: 'closed' })
})

test('the radar keeps the arm up; after a minute the lane counts as blocked, once', async () => {
  const lane = setup()
  lane.command({ op: 'open' })
  await lane.pass(2000)
  lane.twin.stimulate({ type: 'obstacle', forMs: 90_000 })
  expect(lane.last()).toMatchObject({ radar: true })
  await lane.pass(85_000)
  expect(lane.last()).toMatchObject({ arm: 'open', radar: true })
  expect(lane.told()).toEqual(['blocked'])
  await lane.pass(8000)
  expect(lane.last()).toMatchObject({ arm: 'closed', radar: false })
  expect(lane.told()).toEqual(['blocked'])
})

test('an obstacle under the falling arm sends it up again', async () => {
  const lane = setup()
  lane.command({ op: 'open' })
  await lane.pass(9900)
  expect(lane.last()).toMatchObject({ arm: 'closing' })
  lane.twin.stimulate({ type: 'obstacle', forMs: 1000 })
  expect(lane.last()).toMatchObject({ arm: 'opening' })
  await lane.pass(12_000)
  expect(lane.last()).toMatchObject({ arm: 'closed' })
})

test('whatever happens, the arm never comes down while loop or radar are occupied', async () => {
  const lane = setup()
  const random = createRandom('never onto a car')
  for (let step = 0; step < 400; step += 1) {
    const act = random.int(0, 6)
    if (act === 0) lane.arrive('沪A12345', random.int(500, 9000))
    else if (act === 1) lane.twin.stimulate({ type: 'obstacle', forMs: random.int(100, 9000) })
    else if (act === 2) lane.twin.stimulate({ type: 'forced' })
    else if (act === 3) lane.command({ op: 'hold-open' })
    else if (act === 4) lane.command({ op: 'release' })
    else lane.command({ op: 'open' })
    await lane.pass(random.int(50, 4000))
  }
  const closingOnto = lane.reports.filter(({ arm, loop, radar }) => arm === 'closing' && (loop || radar === true))
  expect(closingOnto).toEqual([])
  const fallen = lane.reports.filter(({ arm }, index) => arm === 'closed' && lane.reports[index - 1]?.arm === 'open')
  expect(fallen).toEqual([])
})

test('without power nothing works; afterwards the lane counts anew and has forgotten the car', async () => {
  const lane = setup()
  lane.arrive()
  await lane.pass(400)
  const [first] = lane.events
  lane.faults.inject({ type: 'power-cut' })
  const silent = lane.reports.length
  lane.arrive('沪A22222')
  lane.twin.tick()
  expect(lane.command({ op: 'open' })).toBeUndefined()
  await lane.pass(30_000)
  expect([lane.reports.length, lane.told()]).toEqual([silent, ['plate']])
  lane.faults.clear('power-cut')
  expect(lane.last()).toMatchObject({ seq: 1, arm: 'closed', loop: false })
  lane.arrive('沪A33333')
  await lane.pass(400)
  expect(lane.events.at(-1)).toMatchObject({ plate: '沪A33333', seq: 1 })
  expect(lane.events.at(-1)?.id).not.toBe(first?.id)
})
