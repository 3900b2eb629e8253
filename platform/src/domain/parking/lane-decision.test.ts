import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideLane, type LaneRead, type LaneVerdict } from './lane-decision.ts'
import type { PermitRule } from './permits.ts'

const now = 1_780_000_000_000
const hour = 3_600_000

type Changes = Partial<LaneRead> & { permits?: Record<string, readonly PermitRule[]> }

function read(rawPlate: string, changes: Changes = {}) {
  const { permits = {}, ...rest } = changes
  return decideLane({
    rawPlate,
    colour: 'blue',
    at: now,
    direction: 'in',
    permitsOf: (plate) => permits[plate] ?? [],
    stayOf: () => undefined,
    ...rest,
  })
}
const monthly: PermitRule = { kind: 'monthly', validUntil: now + hour }
const blacklist: PermitRule = { kind: 'blacklist' }
const unreadInside = (plate: string) => (plate === '?A12345' ? { right: 'temporary' } : undefined)
const onlyInside = (plate: string) => (plate === '沪A12345' ? { right: 'monthly' } : undefined)

test.each<[string, Changes, LaneVerdict['decision'], string]>([
  ['沪A12345', { permits: { 沪A12345: [monthly] } }, 'open', 'monthly'],
  ['沪a·12345', { permits: { 沪A12345: [monthly] } }, 'open', 'monthly'],
  ['沪A12345', { permits: { 沪A12345: [{ kind: 'own-space' }] } }, 'open', 'own-space'],
  ['沪A12345', { permits: { 沪A12345: [{ kind: 'internal' }, monthly] } }, 'open', 'internal'],
  ['沪A12345', { permits: { 沪A12345: [{ ...monthly, validUntil: now }] } }, 'refuse', 'permit-expired'],
  ['沪A12345', { permits: { 沪A12345: [{ kind: 'monthly', validFrom: now + 1 }] } }, 'refuse', 'permit-not-yet-valid'],
  ['沪A12345', { permits: { 沪A12345: [{ kind: 'visitor', validUntil: now + 1 }] } }, 'open', 'visitor'],
  ['沪A12345', { permits: { 沪A12345: [{ kind: 'visitor', validUntil: now }] } }, 'refuse', 'visitor-outside-window'],
  ['沪A12345', { permits: { 沪A12345: [monthly, blacklist] } }, 'refuse', 'blacklist'],
  ['沪A12345', { permits: { 沪A12345: [{ ...blacklist, validUntil: now }] } }, 'refuse', 'unknown'],
  ['沪A12345', {}, 'refuse', 'unknown'],
  ['', {}, 'ask', 'unplated'],
  ['沪AD1234', { colour: 'green', permits: { 沪AD1234: [monthly] } }, 'ask', 'colour-mismatch'],
  ['京X1234应急', { colour: 'white', permits: { 京X1234应急: [blacklist] } }, 'open', 'emergency'],
  ['京A1234警', { colour: 'white' }, 'open', 'police'],
  ['WJ京1234X', { colour: 'white' }, 'open', 'police'],
  ['沪AT2345', { permits: { 沪A12345: [monthly] } }, 'open', 'monthly'],
  ['沪A0234D', { permits: { 沪AD234D: [monthly], 沪A02340: [monthly] } }, 'ask', 'several-candidates'],
  ['沪AT2345', { permits: { 沪A12345: [blacklist] } }, 'ask', 'blacklist-near'],
  ['沪AT2345', { permits: { 沪A12345: [blacklist], 沪AT2345: [monthly] } }, 'open', 'monthly'],
  ['沪A12345', { direction: 'out', permits: { 沪A12345: [monthly] } }, 'open', 'monthly'],
  ['沪A12345', { direction: 'out' }, 'refuse', 'unknown'],
  ['沪A12345', { direction: 'out', stayOf: onlyInside }, 'open', 'inside'],
  [
    '沪A12345',
    {
      direction: 'out',
      permits: { 沪A12345: [{ ...monthly, validUntil: now }] },
      stayOf: () => ({ right: 'monthly' }),
    },
    'open',
    'inside',
  ],
  ['沪AT2345', { direction: 'out', permits: { 沪A12345: [monthly] } }, 'refuse', 'unknown'],
  ['沪AT2345', { direction: 'out', stayOf: onlyInside }, 'open', 'inside'],
  ['沪AT2345', { direction: 'out', permits: { 沪A12345: [blacklist] } }, 'ask', 'blacklist-near'],
  ['沪A12345', { direction: 'out', stayOf: unreadInside }, 'open', 'inside'],
  ['沪A12345', { direction: 'in', stayOf: unreadInside }, 'refuse', 'unknown'],
])('%s with %o: %s by %s', (plate, changes, ...expected) => {
  const { decision, rule } = read(plate, changes)
  expect([decision, rule]).toEqual(expected)
})

test('a corrected read says which plate it was taken for', () => {
  expect(read('沪AT2345', { permits: { 沪A12345: [monthly] } })).toMatchObject({
    matchedPlate: '沪A12345',
    distance: 1,
  })
})

test.each([
  [9_999, 'duplicate-read'],
  [10_000, 'unknown'],
])('the same plate %d ms later is %s', (later, rule) => {
  const lastRead = { rawPlate: '沪A·12345', at: now, decision: 'refuse' } as const
  expect(read('沪A12345', { lastRead, at: now + later }).rule).toBe(rule)
})

test('another plate right after the last one is decided anew', () => {
  const lastRead = { rawPlate: '沪A12346', at: now, decision: 'open' } as const
  expect(read('沪A12345', { lastRead, permits: { 沪A12345: [monthly] } }).rule).toBe('monthly')
})

const anyPlate = fc.string({ unit: fc.constantFrom(...Array.from('沪京AB0D1T8应急警')), maxLength: 9 })
const anyPermit: fc.Arbitrary<PermitRule> = fc.record({
  kind: fc.constantFrom('monthly', 'own-space', 'visitor', 'internal', 'blacklist'),
})

test('every decision has a rule and words that fit the lane display', () => {
  fc.assert(
    fc.property(anyPlate, fc.option(anyPermit, { nil: undefined }), (plate, permit) => {
      const verdict = decideLane({
        rawPlate: plate,
        colour: 'unknown',
        at: now,
        direction: 'in',
        permitsOf: () => (permit ? [permit] : []),
        stayOf: () => undefined,
      })
      expect(verdict.rule).not.toBe('')
      expect(verdict.reason.length).toBeGreaterThan(0)
      expect(verdict.reason.length).toBeLessThanOrEqual(32)
    }),
    { numRuns: 10_000 },
  )
})

test('a blacklist alone never opens a lane, except for emergency and police', () => {
  fc.assert(
    fc.property(anyPlate, anyPlate, (plate, listed) => {
      const verdict = read(plate, { colour: 'unknown', permits: { [listed]: [blacklist] } })
      if (verdict.decision === 'open') expect(['emergency', 'police']).toContain(verdict.rule)
    }),
    { numRuns: 10_000 },
  )
})
