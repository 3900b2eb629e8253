import type { Permit } from '@gatehouse/platform/contract'
import { describe, expect, test, vi } from 'vitest'
import { startTime } from '../test/fakes.ts'
import { hourMs, minuteMs, permits, setupLot } from '../test/parking-setup.ts'

const plate = '沪F55555'
const endedAt = startTime + 2 * hourMs
const dayMs = 24 * hourMs

/** The permit that ends two hours after the start can be renewed. */
async function setup(options: Parameters<typeof setupLot>[0] = {}) {
  const lot = await setupLot(options)
  let revision = 1000
  const renew = () => {
    const { now } = lot.time
    const lapse = now > endedAt && { lapse: { from: endedAt, to: now } }
    const longer: Permit = {
      plate,
      kind: 'monthly',
      holder: '',
      validUntil: Math.max(now, endedAt) + 30 * dayMs,
      ...lapse,
    }
    return lot.edge.desired.apply('parking', (revision += 1), {
      ...{ permits: [...permits.filter((permit) => permit.plate !== plate), longer], rules: lot.rules },
    })
  }
  return { ...lot, renew }
}

describe('a monthly permit that is renewed', () => {
  test('before its end lets the car out free of charge', async () => {
    const { enter, leave, wait, renew, told } = await setup()
    await enter(plate)
    wait(hourMs)
    await renew()
    wait(4 * hourMs)
    await leave(plate)
    expect(told('parking.session-closed')).toMatchObject([{ body: { feeFen: 0, debtFen: 0 } }])
  })

  test('while the car waits at the exit leaves the time since its end to be paid, and no more', async () => {
    const { enter, read, pass, pay, wait, renew, opsOf, told, time } = await setup()
    await enter(plate)
    wait(4 * hourMs)
    await read('lane-out', plate)
    expect(told('parking.exit-unpaid')).toMatchObject([{ body: { dueFen: 900 } }])
    await renew()
    expect(opsOf('lane-out')).not.toContain('open')
    wait(5 * minuteMs)
    const sessionId = told('parking.session-opened')[0]?.body.sessionId ?? ''
    await pay([{ creditId: 'c1', sessionId, kind: 'payment', fen: 900, at: time.now, coversUntil: time.now }])
    await vi.waitFor(() => expect(opsOf('lane-out')).toContain('open'))
    expect(told('parking.exit-opened')).toMatchObject([{ body: { rule: 'monthly' } }])
    await pass('lane-out')
    expect(told('parking.session-closed')).toMatchObject([{ body: { feeFen: 900, paidFen: 900, debtFen: 0 } }])
  })

  test('within the free minutes after its end leaves nothing to pay', async () => {
    const { enter, leave, wait, renew, told } = await setup()
    await enter(plate)
    wait(2 * hourMs + 20 * minuteMs)
    await renew()
    wait(hourMs)
    await leave(plate)
    expect(told('parking.exit-opened')).toMatchObject([{ body: { rule: 'monthly' } }])
    expect(told('parking.session-closed')).toMatchObject([{ body: { feeFen: 0, debtFen: 0 } }])
  })

  test('in front of the entrance opens it, as long as the car is there', async () => {
    const { read, pass, wait, renew, opsOf, told } = await setup({ policy: { expired: 'refuse', temporary: false } })
    wait(3 * hourMs)
    await read('lane-in', plate)
    expect(told('parking.entry-refused')).toMatchObject([{ body: { rule: 'permit-expired' } }])
    wait(2 * minuteMs)
    await renew()
    await vi.waitFor(() => expect(opsOf('lane-in')).toContain('open'))
    await pass('lane-in')
    expect(told('parking.session-opened')).toMatchObject([{ body: { plate, right: 'monthly' } }])
  })

  test('opens nothing for a car that has gone back, or was there long ago', async () => {
    const { read, reverse, wait, renew, opsOf } = await setup({ policy: { expired: 'refuse', temporary: false } })
    wait(3 * hourMs)
    await read('lane-in', plate)
    await reverse('lane-in')
    await renew()
    expect(opsOf('lane-in')).not.toContain('open')

    const late = await setup({ policy: { expired: 'refuse', temporary: false } })
    late.wait(3 * hourMs)
    await late.read('lane-in', plate)
    late.wait(11 * minuteMs)
    await late.renew()
    expect(late.opsOf('lane-in')).not.toContain('open')
  })

  test('is remembered with the time between after a restart', async () => {
    const { enter, wait, renew, memory } = await setup()
    await enter(plate)
    wait(4 * hourMs)
    await renew()
    const again = await setupLot({ memory, isRestart: true })
    again.time.now = startTime + 6 * hourMs
    await again.read('lane-out', plate)
    expect(again.told('parking.exit-unpaid')).toMatchObject([{ body: { dueFen: 900 } }])
  })
})
