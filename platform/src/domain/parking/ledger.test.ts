import fc from 'fast-check'
import { Value } from 'typebox/value'
import { expect, test, vi } from 'vitest'
import {
  debtEntry,
  divide,
  feeEntry,
  imbalanceOf,
  isWholeShare,
  LedgerEntry,
  paymentEntry,
  refundEntry,
  shareFor,
  waiverEntry,
  type RevenueShare,
} from './ledger.ts'

vi.setConfig({ testTimeout: 60_000 })

const amount = fc.integer({ min: 0, max: 1_000_000_000 })
const whole = fc
  .array(fc.integer({ min: 0, max: 1000 }), { maxLength: 6 })
  .map((cuts) => [0, ...cuts.sort((a, b) => a - b), 1000])
  .map((cuts) => cuts.slice(1).map((cut, index) => ({ permille: cut - (cuts[index] ?? 0) })))

test('shares add up to what is shared, to the fen', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), whole, (fen, shares) => {
      const parts = divide(fen, shares)
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(fen)
      for (const [index, { permille }] of shares.entries())
        expect(Math.abs((parts[index] ?? 0) - (fen * permille) / 1000)).toBeLessThanOrEqual(1)
    }),
    { numRuns: 10_000 },
  )
})

test('a fen that cannot be divided goes to the largest remainder, of equal ones to the first', () => {
  expect(divide(100, [{ permille: 333 }, { permille: 333 }, { permille: 334 }])).toEqual([33, 33, 34])
  expect(divide(1, [{ permille: 500 }, { permille: 500 }])).toEqual([1, 0])
})

test('nothing is divided into nothing, of which no part is -0', () => {
  const halves = [{ permille: 500 }, { permille: 500 }]
  expect(divide(0, halves)).toEqual([0, 0])
  expect(divide(-1, halves)).toEqual([-1, 0])
  expect(feeEntry(0, { at: 1, sessionId: 's' }).lines.map(({ fen }) => fen)).toEqual([0, 0])
})

test('what the books say is what their schema allows', () => {
  const origin = { at: 1, sessionId: 'lane-1/7', paymentId: 'p', provider: 'wechat', refundId: 'r' }
  for (const make of [feeEntry, paymentEntry, refundEntry, waiverEntry, debtEntry]) {
    const { entryId, at, kind, lines } = make(1250, origin)
    expect(Value.Check(LedgerEntry, { entryId, at, kind, lines })).toBe(true)
  }
})

test('every entry balances', () => {
  fc.assert(
    fc.property(amount, (fen) => {
      const origin = { at: 1, sessionId: 's', paymentId: 'p', provider: 'cash', refundId: 'r' }
      const entries = [feeEntry, paymentEntry, refundEntry, waiverEntry, debtEntry].map((make) => make(fen, origin))
      for (const entry of entries) expect(imbalanceOf([entry])).toBe(0)
      expect(new Set(entries.map(({ entryId }) => entryId)).size).toBe(entries.length)
    }),
    { numRuns: 10_000 },
  )
})

const share = (version: number, validFrom: number, ...permilles: number[]): RevenueShare => ({
  ...{ version, validFrom },
  shares: permilles.map((permille, index) => ({ party: `party-${index}`, name: `Party ${index}`, permille })),
})

test('a month is shared by the newest agreement that was valid when it began', () => {
  const shares = [share(1, 0, 1000), share(3, 100, 400, 600), share(2, 100, 500, 500)]
  expect([99, 100].map((start) => shareFor(shares, start)?.version)).toEqual([1, 3])
  expect(shares.map(isWholeShare)).toEqual([true, true, true])
  expect(isWholeShare(share(1, 0, 500, 499))).toBe(false)
})
