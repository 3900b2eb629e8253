import { describe, expect, test, vi } from 'vitest'
import { hourMs, minuteMs, setupLot } from '../test/parking-setup.ts'
import type { RaiseOrder } from './areas/parking/raises.ts'

describe('a stay', () => {
  test('begins when the car has passed, with the passage, and is named after the entry read', async () => {
    const { read, pass, memory, occupancy, told } = await setupLot()
    await read('lane-in', '沪D00001', { id: 'r-1' })
    expect(occupancy()).toBe(0)
    expect(told('parking.session-opened')).toEqual([])
    await pass('lane-in', { id: 'p-1' })
    expect(occupancy()).toBe(1)
    const commit = memory.commits.find(({ cause }) => cause === 'lane-in/p-1')
    expect(commit?.events).toMatchObject([
      { type: 'parking.vehicle-passed', body: { plate: '沪D00001', sessionId: 'lane-in/r-1' } },
      {
        type: 'parking.session-opened',
        body: { sessionId: 'lane-in/r-1', plate: '沪D00001', right: 'temporary', vehicleClass: 'small' },
      },
    ])
  })

  test('does not begin when the car goes back', async () => {
    const { read, reverse, occupancy, told } = await setupLot()
    await read('lane-in', '沪D00001')
    await reverse('lane-in')
    expect(occupancy()).toBe(0)
    expect(told('parking.session-opened')).toEqual([])
    expect(told('parking.vehicle-reversed')[0]?.body.plate).toBe('沪D00001')
  })

  test('ends at the exit, free of charge for a monthly car', async () => {
    const { enter, leave, wait, occupancy, told } = await setupLot()
    await enter('沪A12345')
    wait(5 * hourMs)
    await leave('沪A12345')
    expect(occupancy()).toBe(0)
    expect(told('parking.session-closed')).toMatchObject([{ body: { outcome: 'left', feeFen: 0, debtFen: 0 } }])
  })
})

describe('money', () => {
  test('an unpaid car waits, is told the amount, and is let out as soon as it has paid', async () => {
    const { enter, read, pass, pay, wait, opsOf, sent, told, time } = await setupLot()
    await enter('沪D00001')
    wait(90 * minuteMs)
    await read('lane-out', '沪D00001', { id: 'x-1' })
    await vi.waitFor(() => expect(opsOf('lane-out')).toEqual(['display']))
    expect(sent.at(-1)).toMatchObject({
      lines: ['沪D00001', '停车费7.00元，请扫码缴费'],
      voice: '停车费7.00元，请扫码缴费',
    })
    const sessionId = told('parking.session-opened')[0]?.body.sessionId ?? ''
    expect(told('parking.exit-unpaid')).toMatchObject([{ body: { decision: 'pay', sessionId, dueFen: 700 } }])

    wait(40_000)
    await pay([{ creditId: 'c1', sessionId, kind: 'payment', fen: 700, at: time.now, coversUntil: time.now }])
    await vi.waitFor(() => expect(opsOf('lane-out')).toContain('open'))
    expect(told('parking.exit-opened')).toMatchObject([{ body: { eventId: 'x-1', rule: 'inside', sessionId } }])
    await pass('lane-out')
    expect(told('parking.session-closed')).toMatchObject([
      { body: { sessionId, feeFen: 700, paidFen: 700, waivedFen: 0, debtFen: 0, tariffVersion: 3 } },
    ])
  })

  test('a remote raise waives a part and leaves the rest as a debt', async () => {
    const { enter, read, pass, wait, edge, told, time } = await setupLot()
    await enter('沪D00001')
    wait(90 * minuteMs)
    await read('lane-out', '沪D00001')
    const sessionId = told('parking.session-opened')[0]?.body.sessionId ?? ''
    const order = { type: 'raise-lane', commandId: 'r1', laneId: 'lane-out', plate: '沪D00001', sessionId } as const
    await edge.parking.raise({ ...order, waivedFen: 200, expiresAt: time.now + 5000 })
    await pass('lane-out')
    expect(told('parking.session-closed')).toMatchObject([{ body: { feeFen: 700, waivedFen: 200, debtFen: 500 } }])
  })
})

const raiseOf = (more: Partial<RaiseOrder> & Pick<RaiseOrder, 'expiresAt'>): RaiseOrder => ({
  ...{ type: 'raise-lane', commandId: 'r1', laneId: 'lane-out', plate: 'none', waivedFen: 0 },
  ...more,
})

describe('who is let in', () => {
  test('a car that finds the spaces of its group taken is a temporary one, and pays', async () => {
    const { enter, leave, wait, told } = await setupLot({ policy: { unpaid: 'open-and-record-debt' } })
    await enter('沪E11111')
    await enter('沪E22222')
    expect(told('parking.session-opened').map(({ body }) => body.right)).toEqual(['group', 'temporary'])
    wait(90 * minuteMs)
    await leave('沪E11111')
    await leave('沪E22222')
    expect(told('parking.session-closed').map(({ body }) => body.feeFen)).toEqual([0, 700])
  })

  test('the last space of a group goes to one of two cars that are read at the same moment', async () => {
    const { read, pass, told } = await setupLot()
    await Promise.all([read('lane-in', '沪E11111'), read('lane-in-2', '沪E22222')])
    await Promise.all([pass('lane-in'), pass('lane-in-2')])
    expect(told('parking.session-opened').map(({ body }) => body.right)).toEqual(['group', 'temporary'])
  })

  test('a full lot takes nobody in but who has a space of his own', async () => {
    const { enter, read, told } = await setupLot({ rules: { capacity: 1 } })
    await enter('沪D00001')
    await read('lane-in', '沪A12345')
    await read('lane-in', '沪A66666')
    expect(told('parking.entry-refused')).toMatchObject([{ body: { rule: 'lot-full' } }])
    expect(told('parking.entry-opened').at(-1)?.body.rule).toBe('own-space')
  })

  test('a photo of a plate opens nothing', async () => {
    const { read, told, opsOf } = await setupLot()
    await read('lane-in', '沪A12345', { fake: true, candidates: ['沪A12346'] })
    expect(told('parking.entry-refused')).toMatchObject([
      { body: { decision: 'ask', rule: 'fake-plate', candidates: ['沪A12346'] } },
    ])
    expect(opsOf('lane-in')).not.toContain('open')
  })

  test('a permit that ends inside is charged from its end on', async () => {
    const { enter, read, wait, told } = await setupLot()
    await enter('沪F55555')
    wait(4 * hourMs)
    await read('lane-out', '沪F55555')
    expect(told('parking.exit-unpaid')).toMatchObject([{ body: { dueFen: 900, right: 'monthly' } }])
  })
})

describe('the last space', () => {
  const setupLast = () => setupLot({ rules: { capacity: 1 } })
  const rulesOf = ({ told }: Awaited<ReturnType<typeof setupLast>>) =>
    told('parking.entry-refused').map(({ body }) => body.rule)

  test('is taken by the car that the arm is open for, before it has passed', async () => {
    const lot = await setupLast()
    await lot.read('lane-in', '沪D00001')
    await lot.read('lane-in-2', '沪D00002')
    expect(rulesOf(lot)).toEqual(['lot-full'])
    expect(lot.opsOf('lane-in-2')).not.toContain('open')
  })

  test('goes to one of two cars that are read at the same moment', async () => {
    const lot = await setupLast()
    await Promise.all([lot.read('lane-in', '沪D00001'), lot.read('lane-in-2', '沪D00002')])
    expect(lot.told('parking.entry-opened')).toHaveLength(1)
    expect(rulesOf(lot)).toEqual(['lot-full'])
  })

  test('is not taken by the car itself when that is read again, also at another entrance', async () => {
    const lot = await setupLast()
    await lot.read('lane-in', '沪D00001')
    lot.wait(20_000)
    await lot.read('lane-in', '沪D00001')
    await lot.read('lane-in-2', '沪D00001')
    expect(lot.told('parking.entry-opened')).toHaveLength(3)
  })

  test('is free again when the car goes back, or never comes', async () => {
    const lot = await setupLast()
    await lot.read('lane-in', '沪D00001')
    await lot.reverse('lane-in')
    await lot.read('lane-in-2', '沪D00002')
    expect(rulesOf(lot)).toEqual([])
    lot.wait(11 * minuteMs)
    await lot.read('lane-in', '沪D00003')
    expect(rulesOf(lot)).toEqual([])
  })

  test('is counted once for a car that has passed', async () => {
    const lot = await setupLot({ rules: { capacity: 2 } })
    await lot.enter('沪D00001')
    await lot.read('lane-in-2', '沪D00002')
    expect(rulesOf(lot)).toEqual([])
  })

  test('is still taken after a restart', async () => {
    const before = await setupLast()
    await before.read('lane-in', '沪D00001')
    const after = await setupLot({ memory: before.memory, isRestart: true })
    await after.read('lane-in-2', '沪D00002', { id: 'after' })
    expect(after.told('parking.entry-refused').map(({ body }) => body.rule)).toEqual(['lot-full'])
  })

  test('is not kept by a car at the exit', async () => {
    const lot = await setupLot({ rules: { capacity: 2 } })
    await lot.enter('沪D00001')
    await lot.read('lane-out', '沪D00001')
    await lot.read('lane-in', '沪D00002')
    expect(rulesOf(lot)).toEqual([])
  })
})

describe('a car at the exit that does not pay', () => {
  test('is let out with a debt after the patience of the lane', async () => {
    const { enter, read, pass, wait, tick, opsOf, told } = await setupLot({
      policy: { unpaid: 'open-and-record-debt', unpaidPatienceSeconds: 60 },
    })
    await enter('沪D00001')
    wait(90 * minuteMs)
    await read('lane-out', '沪D00001')
    wait(50_000)
    await tick()
    expect(opsOf('lane-out')).not.toContain('open')
    wait(11_000)
    await tick()
    await vi.waitFor(() => expect(opsOf('lane-out')).toContain('open'))
    await pass('lane-out')
    expect(told('parking.exit-opened')).toMatchObject([{ body: { rule: 'debt', dueFen: 700 } }])
    expect(told('parking.session-closed')).toMatchObject([{ body: { feeFen: 700, paidFen: 0, debtFen: 700 } }])
  })

  test('is held where the lane is run so', async () => {
    const { enter, read, wait, tick, told } = await setupLot()
    await enter('沪D00001')
    wait(90 * minuteMs)
    await read('lane-out', '沪D00001')
    wait(10 * minuteMs)
    await tick()
    expect(told('parking.exit-opened')).toEqual([])
  })

  test('that has paid a part is told what is left', async () => {
    const { enter, read, pay, wait, told, time } = await setupLot()
    await enter('沪D00001')
    wait(90 * minuteMs)
    await read('lane-out', '沪D00001')
    await pay([{ creditId: 'c1', sessionId: 'lane-in/event-1', kind: 'payment', fen: 300, at: time.now }])
    expect(told('parking.exit-unpaid').map(({ body }) => body.dueFen)).toEqual([700, 400])
  })

  test('may leave when it has paid before, also with the centre away, and pays more after the grace', async () => {
    const { enter, read, pay, wait, told, time } = await setupLot()
    await enter('沪D00001')
    wait(90 * minuteMs)
    const credit = { creditId: 'c1', sessionId: 'lane-in/event-1', kind: 'payment', fen: 700, at: time.now } as const
    await pay([credit])
    wait(10 * minuteMs)
    await read('lane-out', '沪D00001')
    expect(told('parking.exit-opened')).toHaveLength(1)
    wait(40 * minuteMs)
    await read('lane-out', '沪D00001')
    expect(told('parking.exit-unpaid')).toMatchObject([{ body: { dueFen: 200 } }])
  })
})

describe('a raise from afar', () => {
  test('lets a car without a plate in, and out again by its stay', async () => {
    const { read, pass, wait, edge, told, occupancy, time } = await setupLot()
    await read('lane-in', '', { id: 'r-1' })
    expect(told('parking.entry-refused')).toMatchObject([{ body: { rule: 'unplated' } }])
    await edge.parking.raise(raiseOf({ laneId: 'lane-in', expiresAt: time.now + 5000 }))
    await pass('lane-in')
    expect(told('parking.session-opened')).toMatchObject([{ body: { sessionId: 'lane-in/r-1', plate: '' } }])
    wait(90 * minuteMs)
    await read('lane-out', '')
    await edge.parking.raise(raiseOf({ commandId: 'r2', sessionId: 'lane-in/r-1', expiresAt: time.now + 5000 }))
    await pass('lane-out')
    expect(told('parking.session-closed')).toMatchObject([{ body: { sessionId: 'lane-in/r-1', debtFen: 700 } }])
    expect(occupancy()).toBe(0)
  })

  test('gives a misread car the right of the plate that the operator has chosen', async () => {
    const { read, pass, edge, told, time } = await setupLot({ policy: { temporary: false } })
    await read('lane-in', '沪A12Z4')
    await edge.parking.raise(raiseOf({ laneId: 'lane-in', plate: '沪A12345', expiresAt: time.now + 5000 }))
    await pass('lane-in')
    expect(told('parking.session-opened')).toMatchObject([
      { body: { plate: '沪A12345', rawPlate: '沪A12Z4', right: 'monthly' } },
    ])
  })

  test('that the arm does not obey fails, and changes nothing', async () => {
    const { read, pass, edge, told, answerWith, time } = await setupLot({ policy: { temporary: false } })
    await read('lane-in', '沪D00001')
    answerWith(({ op }) => (op === 'open' ? { ok: false, code: 'ARM_BLOCKED' } : { ok: true }))
    const order = raiseOf({ laneId: 'lane-in', plate: '沪A12345', expiresAt: time.now + 5000 })
    await expect(edge.parking.raise(order)).rejects.toMatchObject({ code: 'ARM_BLOCKED' })
    await expect(edge.parking.raise(order)).rejects.toMatchObject({ code: 'COMMAND_REPEATED' })
    await pass('lane-in')
    expect(told('parking.session-opened')).toMatchObject([{ body: { plate: '沪D00001' } }])
  })

  test('that comes too late opens nothing', async () => {
    const { edge, opsOf, time } = await setupLot()
    await expect(edge.parking.raise(raiseOf({ expiresAt: time.now }))).rejects.toMatchObject({
      code: 'COMMAND_EXPIRED',
    })
    expect(opsOf('lane-out')).toEqual([])
  })
})
