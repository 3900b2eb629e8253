import { describe, expect, test } from 'vitest'
import { amountDue } from './amount-due.ts'
import { decideLane } from './lane-decision.ts'
import { isCharged, standingOf, type PermitRule } from './permits.ts'
import { addMonths, isRenewable, renewed, type WallClock } from './renewal.ts'
import { plainTariff } from '../testing/tariffs.ts'

const hour = 3_600_000
const day = 24 * hour
const utc = (text: string) => Date.parse(`${text}Z`)
const beijing: WallClock = { offsetAt: () => 8 * hour, momentOf: (shown) => shown - 8 * hour }

test.each([
  ['2026-01-15T10:30', 1, '2026-02-15T10:30'],
  ['2026-01-31T00:00', 1, '2026-02-28T00:00'],
  ['2028-01-31T00:00', 1, '2028-02-29T00:00'],
  ['2028-02-29T12:00', 12, '2029-02-28T12:00'],
  ['2026-08-31T23:59', 6, '2027-02-28T23:59'],
  ['2026-12-01T00:00', 1, '2027-01-01T00:00'],
  ['2026-10-31T08:00', 3, '2027-01-31T08:00'],
  ['2026-03-31T00:00', 1, '2026-04-30T00:00'],
])('%s and %i months is %s', (from, months, to) => {
  expect(addMonths(utc(from), months)).toBe(utc(to))
})

describe('a renewal', () => {
  const until = (text: string) => Date.parse(`${text}+08:00`)

  test('goes on from an end that is still to come, by the clock on the wall', () => {
    // The end of 31 January in Beijing is still the 31st in UTC.
    const validUntil = until('2026-02-01T00:00')
    const paidAt = until('2026-01-20T09:00')
    expect(renewed({ validUntil }, { months: 1, paidAt }, beijing)).toEqual({ validUntil: until('2026-03-01T00:00') })
  })

  test('begins with the payment after an end, and remembers the time between', () => {
    const [validUntil, paidAt] = [until('2026-01-10T00:00'), until('2026-01-31T00:30')]
    expect(renewed({ validUntil }, { months: 1, paidAt }, beijing)).toEqual({
      validUntil: until('2026-02-28T00:30'),
      lapse: { from: validUntil, to: paidAt },
    })
  })

  test('at the very end leaves nothing between', () => {
    const validUntil = until('2026-01-10T00:00')
    expect(renewed({ validUntil }, { months: 3, paidAt: validUntil }, beijing)).toEqual({
      validUntil: until('2026-04-10T00:00'),
    })
  })
})

test('a monthly permit is renewed from 14 days before its end to 60 days after it, others never', () => {
  const validUntil = 1_780_000_000_000
  const permit = { kind: 'monthly', validUntil } as const
  expect([-15, -14, 0, 60, 61].map((days) => isRenewable(permit, validUntil + days * day))).toEqual([
    ...[false, true, true, true, false],
  ])
  expect(isRenewable({ kind: 'monthly' }, validUntil)).toBe(false)
  for (const kind of ['own-space', 'group', 'visitor', 'blacklist'] as const)
    expect(isRenewable({ kind, validUntil }, validUntil)).toBe(false)
})

describe('a car whose permit was renewed too late', () => {
  const noon = utc('2026-06-01T04:00')
  const lapse = { from: noon, to: noon + 2 * hour }
  const permit: PermitRule = { kind: 'monthly', validUntil: noon + 30 * day, lapse }
  const at = (moment: number) => standingOf([permit], { at: moment })
  const stay = (enteredAt: number, now: number) => {
    const { expiredAt: exemptUntil, renewedAt: chargedUntil } = at(now)
    return { vehicleClass: 'small' as const, enteredAt, now, exemptUntil, chargedUntil }
  }
  const due = (enteredAt: number, now: number) => amountDue(plainTariff, stay(enteredAt, now)).totalFen

  test('had no right in between, and has one before and after', () => {
    expect(at(lapse.from - 1)).toEqual({ isBlacklisted: false, right: permit })
    expect(at(lapse.from)).toEqual({ isBlacklisted: false, failing: 'expired', expiredAt: lapse.from })
    expect(at(lapse.to)).toMatchObject({ right: permit, expiredAt: lapse.from, renewedAt: lapse.to })
    expect(isCharged('monthly', at(lapse.to))).toBe(true)
    expect(isCharged('temporary', at(lapse.to))).toBe(true)
    expect(isCharged('free', at(lapse.to))).toBe(false)
  })

  test('pays for the time between, and no longer', () => {
    const between = due(noon - day, lapse.to - 1)
    expect(between).toBeGreaterThan(0)
    for (const later of [0, hour, 20 * day]) expect(due(noon - day, lapse.to + later)).toBe(between)
    expect(due(noon + hour, lapse.to + day)).toBeLessThan(between)
  })

  test('owes nothing for a stay that began afterwards, or ended before', () => {
    expect(due(lapse.to, lapse.to + 9 * hour)).toBe(0)
    expect(due(lapse.to + day, lapse.to + 2 * day)).toBe(0)
    expect(isCharged('monthly', at(lapse.from - 1))).toBe(false)
  })

  test('that had paid and renewed within the grace owes nothing more, however long it stays', () => {
    const quotedAt = lapse.to - 5 * 60_000
    const paid = { fen: due(noon - day, quotedAt), at: quotedAt, coversUntil: quotedAt }
    const later = stay(noon - day, lapse.to + 3 * day)
    expect(amountDue(plainTariff, { ...later, credits: [paid] })).toMatchObject({ dueFen: 0 })
    expect(amountDue(plainTariff, { ...later, credits: [paid] }).leaveBy).toBeUndefined()
  })

  test('is let out as what it is when nothing is due, and told to pay when something is', () => {
    const read = { rawPlate: '沪A12345', at: lapse.to + hour, direction: 'out', colour: 'blue' } as const
    const lane = (dueFen: number) =>
      decideLane({
        ...{ ...read, permitsOf: () => [permit], stayOf: () => ({ right: 'monthly' }), dueOf: () => dueFen },
      })
    expect(lane(0)).toMatchObject({ decision: 'open', rule: 'monthly' })
    expect(lane(500)).toMatchObject({ decision: 'pay', rule: 'unpaid', dueFen: 500 })
  })
})
