import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { hourMs, minuteMs, plainTariff } from '../testing/tariffs.ts'
import { amountDue, type ChargedStay } from './amount-due.ts'

vi.setConfig({ testTimeout: 60_000 })

const enteredAt = Date.UTC(2026, 6, 1, 1)
const after = (minutes: number) => enteredAt + minutes * minuteMs
const due = (minutes: number, stay: Partial<ChargedStay> = {}) =>
  amountDue(plainTariff, { vehicleClass: 'small', enteredAt, now: after(minutes), ...stay })

test('after a payment there is time to leave', () => {
  const credits = [{ fen: 500, at: after(50) }]
  expect(due(65, { credits })).toMatchObject({ dueFen: 0, totalFen: 500, leaveBy: after(65), coveredUntil: after(50) })
})

test('who pays and leaves too late pays the increment, and has no free minutes again', () => {
  const credits = [{ fen: 500, at: after(50) }]
  expect(due(66, { credits })).toMatchObject({ dueFen: 200, totalFen: 700 })
  expect(due(70, { credits: [...credits, { fen: 200, at: after(66) }] })).toMatchObject({ dueFen: 0 })
})

test('the amount that was quoted is the amount that is covered', () => {
  const credits = [{ fen: 500, at: after(62), coversUntil: after(60) }]
  expect(due(63, { credits })).toMatchObject({ dueFen: 0, coveredUntil: after(60), leaveBy: after(77) })
})

test('a part of it gives no time to leave', () => {
  expect(due(61, { credits: [{ fen: 500, at: after(61) }] })).toMatchObject({ dueFen: 200 })
  expect(due(61, { credits: [{ fen: 500, at: after(61) }] }).leaveBy).toBeUndefined()
})

test('a permit that ends during the stay is charged from its end on', () => {
  expect(due(120, { exemptUntil: after(60) })).toMatchObject({ dueFen: 500 })
  expect(due(85, { exemptUntil: after(60) })).toMatchObject({ dueFen: 0 })
  expect(due(120, { exemptUntil: enteredAt - 30 * 24 * hourMs })).toMatchObject({ dueFen: 700 })
})

test.each([
  [{ kind: 'minutes', minutes: 60 } as const, 500],
  [{ kind: 'minutes', minutes: 600 } as const, 0],
  [{ kind: 'fen', fen: 300 } as const, 400],
  [{ kind: 'fen', fen: 3000 } as const, 0],
  [{ kind: 'whole-stay' } as const, 0],
])('a coupon %o leaves %d fen of two hours', (coupon, fen) => {
  expect(due(120, { coupons: [coupon] }).dueFen).toBe(fen)
})

test('what is paid too much is told', () => {
  expect(due(45, { credits: [{ fen: 1000, at: after(10) }] })).toMatchObject({ dueFen: 0, overpaidFen: 500 })
})

test('a lane whose clock is behind ends the stay before it was paid: what was asked beyond its fee is too much', () => {
  expect(due(59.9, { credits: [{ fen: 700, at: after(60.1) }] })).toMatchObject({ totalFen: 500, overpaidFen: 200 })
})

test('money that was given back gives no time to leave', () => {
  const credits = [
    { fen: 1000, at: after(40) },
    { fen: -500, at: after(50) },
  ]
  expect(due(61, { credits })).toMatchObject({ dueFen: 200, totalFen: 700, coveredUntil: after(40) })
})

test('a payment that is given back within the time to leave is due again', () => {
  const credits = [
    { fen: 500, at: after(40) },
    { fen: -500, at: after(45) },
  ]
  expect(due(50, { credits })).toMatchObject({ dueFen: 500, creditFen: 0 })
})

test('into how many payments an amount is split never changes the sum', () => {
  const parts = fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(
      parts,
      fc.integer({ min: 31, max: 5000 }),
      fc.integer({ min: 0, max: 5000 }),
      (amounts, paidAt, later) => {
        const now = paidAt + plainTariff.graceMinutes + 1 + later
        const whole = amounts.reduce((sum, fen) => sum + fen, 0)
        const split = amounts.map((fen) => ({ fen, at: after(paidAt) }))
        expect(due(now, { credits: split }).dueFen).toBe(
          due(now, { credits: [{ fen: whole, at: after(paidAt) }] }).dueFen,
        )
      },
    ),
    { numRuns: 10_000 },
  )
})

test('paying what is due again and again costs as much as paying once at the end', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 16, max: 600 }), { minLength: 1, maxLength: 8 }), (steps) => {
      let minutes = 0
      const credits: { fen: number; at: number }[] = []
      for (const step of steps) {
        minutes += step
        credits.push({ fen: due(minutes, { credits }).dueFen, at: after(minutes) })
      }
      expect(credits.reduce((sum, { fen }) => sum + fen, 0)).toBe(due(minutes).totalFen)
    }),
    { numRuns: 10_000 },
  )
})
