import { describe, expect, test, vi } from 'vitest'
import { memoryStore, startTime } from '../test/fakes.ts'
import { hourMs, minuteMs, setupLot } from '../test/parking-setup.ts'
import { storeFull, storeStillFull } from './errors.ts'

describe('what went through otherwise', () => {
  test('a guard who opens lets the car through that was read last', async () => {
    const { read, pass, report, told, wait } = await setupLot({ policy: { temporary: false } })
    await read('lane-in', '沪D00001', { id: 'r-1' })
    wait(30_000)
    await report('lane-in', { arm: 'open', loop: true })
    await pass('lane-in')
    expect(told('parking.session-opened')).toMatchObject([{ body: { sessionId: 'lane-in/r-1', plate: '沪D00001' } }])
    expect(told('parking.lane-anomaly')).toEqual([])
  })

  test('a guard lets out the car that stands there, not the one whose passage before it was never told', async () => {
    const { enter, read, pass, told, wait } = await setupLot({ policy: { unpaid: 'hold-for-help' } })
    await enter('沪A12345')
    await enter('沪D00001')
    wait(90 * minuteMs)
    await read('lane-out', '沪A12345')
    wait(98_000)
    await read('lane-out', '沪D00001')
    wait(20_000)
    await pass('lane-out')
    expect(told('parking.vehicle-passed').at(-1)?.body).toMatchObject({ plate: '沪D00001' })
    expect(told('parking.session-closed')).toMatchObject([{ body: { feeFen: 700, debtFen: 700 } }])
  })

  test('a car that nobody has read is counted, and counted off again', async () => {
    const { pass, told, occupancy, wait } = await setupLot()
    await pass('lane-in')
    expect(told('parking.vehicle-passed')[0]?.body).toMatchObject({ plate: '' })
    expect(occupancy()).toBe(1)
    wait(hourMs)
    await pass('lane-out')
    await pass('lane-out')
    expect(occupancy()).toBe(0)
  })

  test('a second car for one opening is a tailgater, told once although the controller says so, too', async () => {
    const { read, pass, happen, report, told, occupancy, wait } = await setupLot()
    await read('lane-in', '沪A12345')
    await report('lane-in', { arm: 'open', loop: true })
    await pass('lane-in')
    wait(4000)
    await happen('lane-in', { type: 'tailgated' })
    await pass('lane-in')
    expect(told('parking.lane-anomaly')).toMatchObject([{ body: { kind: 'tailgating', direction: 'in' } }])
    expect(occupancy()).toBe(2)
  })

  test('a tailgater that was read is inside by its plate', async () => {
    const { read, pass, told, wait } = await setupLot({ policy: { temporary: false } })
    await read('lane-in', '沪A12345')
    await read('lane-in', '沪D00001')
    await pass('lane-in')
    wait(4000)
    await pass('lane-in')
    expect(told('parking.lane-anomaly')).toMatchObject([{ body: { kind: 'tailgating', plate: '沪D00001' } }])
    expect(told('parking.session-opened').map(({ body }) => body.plate)).toEqual(['沪A12345', '沪D00001'])
  })

  test('a passage while the arm was shut is a forced opening', async () => {
    const { pass, report, told, wait } = await setupLot()
    await report('lane-in', { arm: 'closed' })
    wait(60_000)
    await pass('lane-in')
    expect(told('parking.lane-anomaly')).toMatchObject([{ body: { kind: 'forced-opening' } }])
  })

  test('a car that has stood under the open arm for minutes blocks the lane', async () => {
    const { report, told, wait, tick } = await setupLot()
    await report('lane-in', { arm: 'open', loop: true })
    await tick()
    wait(130_000)
    await tick()
    await tick()
    expect(told('parking.lane-anomaly')).toMatchObject([{ body: { kind: 'blocked' } }])
  })
})

describe('a queue', () => {
  test('is told once, survives a restart, and is told to be gone', async () => {
    const before = await setupLot()
    await before.report('lane-in', { loop: true })
    await before.tick()
    before.wait(61_000)
    await before.tick()
    await before.tick()
    expect(before.told('parking.queue-changed')).toMatchObject([{ body: { queueing: true, cars: 1 } }])

    const after = await setupLot({ memory: before.memory, isRestart: true })
    after.wait(120_000)
    await after.report('lane-in', { loop: false })
    after.wait(10_000)
    await after.tick()
    expect(after.told('parking.queue-changed').map(({ body }) => body.queueing)).toEqual([true, false])
  })

  test('at an exit keeps no road from being used', async () => {
    const { report, tick, wait, told } = await setupLot()
    await report('lane-out', { loop: true })
    wait(300_000)
    await tick()
    expect(told('parking.queue-changed')).toEqual([])
  })
})

test('who asks for help is described by what the lane knows', async () => {
  const { enter, read, happen, wait, told } = await setupLot()
  await enter('沪D00001')
  wait(90 * minuteMs)
  await read('lane-out', '沪D00001')
  await happen('lane-out', { type: 'call' })
  expect(told('parking.help-requested')).toMatchObject([
    {
      body: {
        ...{ direction: 'out', rawPlate: '沪D00001', sessionId: 'lane-in/event-1', dueFen: 700 },
        reason: '停车费7.00元，请扫码缴费',
      },
    },
  ])
})

describe('what cannot be', () => {
  test('a car that comes in while inside had left unseen', async () => {
    const { enter, wait, told, occupancy } = await setupLot()
    await enter('沪D00001')
    wait(10 * hourMs)
    await enter('沪D00001')
    expect(told('parking.session-closed')).toMatchObject([
      { body: { sessionId: 'lane-in/event-1', outcome: 'ghost', feeFen: 0, debtFen: 0 } },
    ])
    expect(occupancy()).toBe(1)
  })

  test('a stay that is older than any is ended', async () => {
    const { enter, wait, tick, told, occupancy } = await setupLot()
    await enter('沪D00001')
    await tick()
    wait(31 * 24 * hourMs)
    await tick()
    expect(told('parking.session-closed')).toMatchObject([{ body: { outcome: 'ghost' } }])
    expect(occupancy()).toBe(0)
  })
})

describe('power cuts, clocks and full disks', () => {
  test('a car that was let in before a power cut is inside when it passes after it', async () => {
    const before = await setupLot()
    await before.read('lane-in', '沪D00001', { id: 'r-1' })
    const after = await setupLot({ memory: before.memory, isRestart: true })
    await after.pass('lane-in', { id: 'p-1' })
    await after.pass('lane-in', { id: 'p-1' })
    expect(after.told('parking.session-opened')).toMatchObject([{ body: { sessionId: 'lane-in/r-1' } }])
    expect(after.occupancy()).toBe(1)
  })

  test('a car that waits to pay is let out by a payment that comes after a power cut', async () => {
    const before = await setupLot()
    await before.enter('沪D00001')
    before.wait(90 * minuteMs)
    await before.read('lane-out', '沪D00001')
    const after = await setupLot({ memory: before.memory, isRestart: true })
    after.wait(91 * minuteMs)
    const credit = { creditId: 'c1', sessionId: 'lane-in/event-1', kind: 'payment', fen: 700 } as const
    await after.pay([{ ...credit, at: after.time.now }])
    await vi.waitFor(() => expect(after.opsOf('lane-out')).toContain('open'))
  })

  test('a lane with a slow clock keeps its order, and a stay is never shorter than nothing', async () => {
    const { read, pass, say, told, occupancy, time } = await setupLot()
    const slow = time.now - hourMs
    await say('lane-out', 'report', { at: slow, seq: 1, arm: 'closed', loop: false, temperatureCelsius: 20 })
    await read('lane-in', '沪D00001')
    await pass('lane-in')
    await read('lane-out', '沪D00001', { at: slow + 60_000 })
    await pass('lane-out', { at: slow + 64_000 })
    expect(told('parking.session-closed')).toMatchObject([{ body: { leftAt: startTime, feeFen: 0 } }])
    expect(occupancy()).toBe(0)
  })

  test('a lane whose clock was ahead and has been set right charges by the right one', async () => {
    const { enter, read, pass, report, tick, time, told, wait } = await setupLot({
      policy: { unpaid: 'open-and-record-debt', unpaidPatienceSeconds: 60 },
    })
    await enter('沪A12345')
    await report('lane-out', { at: time.now + 4 * minuteMs })
    await read('lane-out', '沪A12345', { at: time.now + 4 * minuteMs })
    await pass('lane-out', { at: time.now + 4 * minuteMs })
    await enter('沪D00001')
    for (const seconds of [1, 2, 3, 4]) await report('lane-out', { at: time.now + seconds, seq: seconds })
    wait(57 * minuteMs)
    await read('lane-out', '沪D00001')
    wait(61_000)
    await tick()
    await pass('lane-out')
    expect(told('parking.session-closed').at(-1)?.body).toMatchObject({ feeFen: 500, debtFen: 500 })
  })

  test('a passage that a full disk holds back counts, once', async () => {
    const { read, pass, memory, occupancy } = await setupLot()
    await read('lane-in', '沪D00001')
    memory.failNext(storeFull())
    await expect(pass('lane-in', { id: 'p-1' })).rejects.toMatchObject({ code: 'STORE_FULL' })
    expect(occupancy()).toBe(1)
    memory.failNext(storeStillFull())
    await expect(pass('lane-in', { id: 'p-1' })).rejects.toMatchObject({ code: 'STORE_STILL_FULL' })
    expect(occupancy()).toBe(1)
  })

  test('what an earlier version has stored goes on', async () => {
    const memory = memoryStore([
      { area: 'parking', key: 'inside:沪D00001', value: true },
      { area: 'parking', key: 'lane:lane-in', value: '沪A12345' },
    ])
    const { leave, pass, told, occupancy } = await setupLot({ memory })
    expect(occupancy()).toBe(1)
    await pass('lane-in')
    expect(told('parking.session-opened')).toMatchObject([{ body: { plate: '沪A12345' } }])
    await leave('沪D00001')
    expect(told('parking.session-closed')).toMatchObject([{ body: { feeFen: 0 } }])
    expect(occupancy()).toBe(1)
  })
})

test('a car that left unread and comes again after days is still one car', async () => {
  const { enter, pass, occupancy, tick, wait } = await setupLot()
  const day = 24 * hourMs
  await enter('沪A12345')
  await pass('lane-out')
  for (let days = 0; days < 6; days += 1) {
    wait(day)
    await tick()
  }
  expect(occupancy()).toBe(0)
  await enter('沪A12345')
  for (let days = 0; days < 6; days += 1) {
    expect(occupancy()).toBe(1)
    wait(day)
    await tick()
  }
})
