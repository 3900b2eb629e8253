import { describe, expect, test, vi } from 'vitest'
import { minuteMs, setupLot } from '../test/parking-setup.ts'
import type { ClaimOrder } from './areas/parking/claims.ts'
import { storeFull, storeUnavailable } from './errors.ts'

const plate = '无牌K7C3AE'
let claims = 0

type Lot = Awaited<ReturnType<typeof setupLot>>
const claim = ({ edge, time }: Lot, laneId: string, more: Partial<ClaimOrder> = {}) =>
  edge.parking.claim({
    ...{ type: 'claim-lane', commandId: `c-${(claims += 1)}`, expiresAt: time.now + 5000, laneId, plate },
    ...more,
  })
const opens = ({ opsOf }: Lot, laneId: string) => opsOf(laneId).filter((op) => op === 'open').length

async function enter(lot: Lot, id = 'r-1') {
  await lot.read('lane-in', '', { id })
  await claim(lot, 'lane-in')
  await lot.pass('lane-in')
}

describe('a car without a plate', () => {
  test('comes in by a claim, under the name of its stand-in plate', async () => {
    const lot = await setupLot()
    await lot.read('lane-in', '无牌车', { id: 'r-1' })
    expect(opens(lot, 'lane-in')).toBe(0)
    lot.wait(40_000)
    expect(await claim(lot, 'lane-in')).toEqual({ decision: 'open', rule: 'temporary' })
    expect(opens(lot, 'lane-in')).toBe(1)
    expect(lot.told('parking.entry-opened')).toMatchObject([{ body: { eventId: 'r-1', matchedPlate: plate } }])
    await lot.pass('lane-in')
    expect(lot.told('parking.session-opened')).toMatchObject([
      { body: { sessionId: 'lane-in/r-1', plate, right: 'temporary', vehicleClass: 'other' } },
    ])
    expect(lot.occupancy()).toBe(1)
  })

  test('is told at the exit what it owes, and leaves when that is paid', async () => {
    const lot = await setupLot()
    await enter(lot)
    lot.wait(90 * minuteMs)
    await lot.read('lane-out', '')
    expect(await claim(lot, 'lane-out')).toEqual({ decision: 'pay', rule: 'unpaid', dueFen: 700 })
    expect(opens(lot, 'lane-out')).toBe(0)
    const at = lot.time.now
    const credit = { creditId: 'p1', sessionId: 'lane-in/r-1', kind: 'payment', fen: 700, at, coversUntil: at } as const
    await lot.pay([credit])
    await vi.waitFor(() => expect(opens(lot, 'lane-out')).toBe(1))
    await lot.pass('lane-out')
    expect(lot.told('parking.session-closed')).toMatchObject([
      { body: { sessionId: 'lane-in/r-1', feeFen: 700, paidFen: 700, debtFen: 0 } },
    ])
    expect(lot.occupancy()).toBe(0)
  })

  test('that has paid before leaves at once, and for nothing within the free minutes', async () => {
    const lot = await setupLot()
    await enter(lot)
    lot.wait(10 * minuteMs)
    await lot.read('lane-out', '')
    expect(await claim(lot, 'lane-out')).toEqual({ decision: 'open', rule: 'inside' })
    await lot.pass('lane-out')
    expect(lot.told('parking.session-closed')).toMatchObject([{ body: { outcome: 'left', feeFen: 0 } }])
  })

  test('that the camera sees again while the arm is up for it asks nobody', async () => {
    const lot = await setupLot()
    await lot.read('lane-in', '')
    await claim(lot, 'lane-in')
    lot.wait(20_000)
    await lot.read('lane-in', '')
    expect(lot.told('parking.entry-refused')).toHaveLength(1)
    await lot.pass('lane-in')
    await lot.read('lane-in', '')
    expect(lot.told('parking.entry-refused')).toHaveLength(2)
  })

  test('is let out after a claim that is said twice, and is one car all the same', async () => {
    const lot = await setupLot()
    await lot.read('lane-in', '')
    await claim(lot, 'lane-in')
    await claim(lot, 'lane-in')
    await lot.pass('lane-in')
    await lot.read('lane-in', '沪A12345')
    await lot.pass('lane-in')
    expect(lot.told('parking.session-opened').map(({ body }) => body.plate)).toEqual([plate, '沪A12345'])
  })

  test('is known after a power cut between the claim and the passage', async () => {
    const before = await setupLot()
    await before.read('lane-in', '', { id: 'r-1' })
    await claim(before, 'lane-in')
    const after = await setupLot({ memory: before.memory, isRestart: true })
    await after.pass('lane-in')
    expect(after.told('parking.session-opened')).toMatchObject([{ body: { sessionId: 'lane-in/r-1', plate } }])
  })

  test('can be claimed after a power cut', async () => {
    const before = await setupLot()
    await before.read('lane-in', '')
    const after = await setupLot({ memory: before.memory, isRestart: true })
    expect(await claim(after, 'lane-in')).toMatchObject({ decision: 'open' })
  })
})

describe('the rules of the lane', () => {
  test('count for a claim as for a read: a full lot, and a lot for residents only', async () => {
    const full = await setupLot({ rules: { capacity: 1 } })
    await full.enter('沪D00001')
    await full.read('lane-in', '')
    expect(await claim(full, 'lane-in')).toEqual({ decision: 'refuse', rule: 'lot-full' })
    const closed = await setupLot({ policy: { temporary: false } })
    await closed.read('lane-in', '')
    expect(await claim(closed, 'lane-in')).toEqual({ decision: 'refuse', rule: 'unknown' })
    expect([opens(full, 'lane-in'), opens(closed, 'lane-in')]).toEqual([1, 0])
  })

  test('ask a person at the exit about a car that never came in', async () => {
    const lot = await setupLot()
    await lot.read('lane-out', '')
    expect(await claim(lot, 'lane-out')).toEqual({ decision: 'ask', rule: 'not-inside' })
    expect(opens(lot, 'lane-out')).toBe(0)
  })
})

describe('a claim opens nothing', () => {
  test('where no car stands: not seen, seen too long ago, or gone', async () => {
    const lot = await setupLot()
    await expect(claim(lot, 'lane-in')).rejects.toMatchObject({ code: 'NO_CAR_AT_LANE' })
    await lot.read('lane-in', '')
    lot.wait(5 * minuteMs + 1)
    await expect(claim(lot, 'lane-in')).rejects.toMatchObject({ code: 'NO_CAR_AT_LANE' })
    await enter(lot, 'r-2')
    await expect(claim(lot, 'lane-in')).rejects.toMatchObject({ code: 'NO_CAR_AT_LANE' })
    await lot.read('lane-in', '')
    await lot.reverse('lane-in')
    await expect(claim(lot, 'lane-in')).rejects.toMatchObject({ code: 'NO_CAR_AT_LANE' })
    expect(opens(lot, 'lane-in')).toBe(1)
  })

  test('however often it is said again: what counts is when the lane has seen the car', async () => {
    const lot = await setupLot({ rules: { capacity: 0 } })
    await lot.read('lane-in', '')
    lot.wait(4 * minuteMs)
    expect(await claim(lot, 'lane-in')).toMatchObject({ rule: 'lot-full' })
    lot.wait(2 * minuteMs)
    await expect(claim(lot, 'lane-in')).rejects.toMatchObject({ code: 'NO_CAR_AT_LANE' })
  })

  test('for a car of which the lane has read a plate, as long as it stands there', async () => {
    const lot = await setupLot()
    await lot.enter('沪D00001')
    lot.wait(90 * minuteMs)
    await lot.read('lane-out', '沪D00001')
    await lot.report('lane-out', { loop: true })
    await expect(claim(lot, 'lane-out')).rejects.toMatchObject({ code: 'CAR_HAS_PLATE' })
    lot.wait(20 * minuteMs)
    await expect(claim(lot, 'lane-out')).rejects.toMatchObject({ code: 'CAR_HAS_PLATE' })
    await lot.report('lane-out', { loop: false })
    lot.wait(minuteMs)
    await lot.report('lane-out', { loop: true })
    expect(await claim(lot, 'lane-out')).toMatchObject({ rule: 'not-inside' })
  })

  test('that is late, and does nothing twice', async () => {
    const lot = await setupLot()
    await lot.read('lane-in', '')
    await expect(claim(lot, 'lane-in', { expiresAt: lot.time.now })).rejects.toMatchObject({ code: 'COMMAND_EXPIRED' })
    await claim(lot, 'lane-in', { commandId: 'same' })
    await expect(claim(lot, 'lane-in', { commandId: 'same' })).rejects.toMatchObject({ code: 'COMMAND_REPEATED' })
    expect(opens(lot, 'lane-in')).toBe(1)
  })

  test('when the arm does not obey, and leaves the car to be helped', async () => {
    const lot = await setupLot()
    await lot.read('lane-in', '')
    lot.answerWith(({ op }) => (op === 'open' ? { ok: false, code: 'ARM_BLOCKED' } : { ok: true }))
    await expect(claim(lot, 'lane-in')).rejects.toMatchObject({ code: 'ARM_BLOCKED' })
    lot.answerWith(() => ({ ok: true }))
    expect(await claim(lot, 'lane-in')).toMatchObject({ decision: 'open' })
  })

  test('as a plate that somebody holds in front of the camera', async () => {
    const lot = await setupLot()
    await enter(lot)
    await lot.read('lane-out', plate)
    expect(lot.told('parking.exit-refused')).toMatchObject([{ body: { decision: 'ask', rule: 'unplated' } }])
    expect(opens(lot, 'lane-out')).toBe(0)
  })
})

test('a car that stands on the loop is there, although no camera has seen it', async () => {
  const lot = await setupLot()
  await lot.report('lane-in', { loop: true })
  expect(await claim(lot, 'lane-in', { commandId: 'c-loop' })).toMatchObject({ decision: 'open' })
  await lot.pass('lane-in')
  expect(lot.told('parking.session-opened')).toMatchObject([{ body: { sessionId: 'lane-in/c-loop', plate } }])
})

test('a full disk keeps nobody in, a broken one opens nothing', async () => {
  const lot = await setupLot()
  await lot.read('lane-in', '')
  lot.memory.failNext(storeUnavailable('broken'))
  await expect(claim(lot, 'lane-in')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(opens(lot, 'lane-in')).toBe(0)
  lot.memory.failNext(storeFull())
  expect(await claim(lot, 'lane-in')).toMatchObject({ decision: 'open' })
  expect(opens(lot, 'lane-in')).toBe(1)
})
