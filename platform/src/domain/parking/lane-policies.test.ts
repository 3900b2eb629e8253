import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { classifyPlate, confusablesOf } from '../plates.ts'
import { decideLane, type LaneRead, type LaneVerdict } from './lane-decision.ts'
import { defaultLanePolicy, type LanePolicy } from './lane-policy.ts'
import type { PermitRule, Uncovered } from './permits.ts'

vi.setConfig({ testTimeout: 60_000 })

const now = 1_780_000_000_000
const day = 86_400_000
const car = '沪A12345'

type Case = Partial<LaneRead> & { permit?: PermitRule; stay?: string; due?: number; rules?: Partial<LanePolicy> }

const decide = ({ permit, stay, due = 0, rules, ...read }: Case): LaneVerdict =>
  decideLane({
    ...{ rawPlate: car, colour: 'blue', at: now, direction: 'in' },
    permitsOf: (plate) => (permit && plate === car ? [permit] : []),
    stayOf: (plate) => (stay !== undefined && plate === car ? { right: stay } : undefined),
    dueOf: () => due,
    policy: { ...defaultLanePolicy, ...rules },
    ...read,
  })

const fullLot = { lot: { inside: 5, capacity: 5 } }
const askTwice = { rules: { alreadyInside: 'ask' } } as const

test.each<[string, Case]>([
  ['duplicate-read', { rawPlate: '京X1234应急', lastRead: { rawPlate: '京X1234应急', at: now - 1, decision: 'open' } }],
  ['emergency', { rawPlate: '京X1234应急', colour: 'unknown', ...fullLot }],
  ['police', { rawPlate: '京A1234警', colour: 'unknown', ...fullLot }],
  ['blacklist', { permit: { kind: 'blacklist' }, ...fullLot }],
  ['lot-full', { permit: { kind: 'whitelist' }, stay: 'whitelist', ...fullLot, ...askTwice }],
  ['already-inside', { permit: { kind: 'whitelist' }, stay: 'whitelist', ...askTwice }],
  ['monthly', { permit: { kind: 'monthly' }, rules: { temporary: true } }],
  ['permit-expired', { permit: { kind: 'monthly', validUntil: now }, rules: { temporary: true } }],
  ['visitor', { permit: { kind: 'visitor', validUntil: now + 1 }, rules: { temporary: true } }],
  ['temporary', { permit: { kind: 'visitor', validUntil: now }, rules: { temporary: true } }],
])('of the rules that apply, %s comes before what follows it', (rule, changes) => {
  expect(decide(changes).rule).toBe(rule)
})

const expired: PermitRule = { kind: 'monthly', validUntil: now - day }
const out = { direction: 'out' } as const

test.each<[string, Case, LaneVerdict['decision'], string]>([
  ['a temporary car where they are allowed', { rules: { temporary: true } }, 'open', 'temporary'],
  ['a temporary car where they are not', {}, 'refuse', 'unknown'],
  ['anybody at a lenient lane', { rules: { mode: 'lenient' } }, 'open', 'temporary'],
  ['an ended permit that becomes temporary', { permit: expired, rules: { expired: 'temporary' } }, 'open', 'temporary'],
  ['an ended permit that is refused', { permit: expired, rules: { temporary: true } }, 'refuse', 'permit-expired'],
  ['a full lot', { rules: { temporary: true }, lot: { inside: 5, capacity: 5 } }, 'refuse', 'lot-full'],
  [
    'a full lot and a monthly permit',
    { permit: { kind: 'monthly' }, lot: { inside: 5, capacity: 5 } },
    'refuse',
    'lot-full',
  ],
  [
    'a full lot and an own space',
    { permit: { kind: 'own-space' }, lot: { inside: 5, capacity: 5 } },
    'open',
    'own-space',
  ],
  ['a lot without room at all', { rules: { temporary: true }, lot: { inside: 0, capacity: 0 } }, 'refuse', 'lot-full'],
  ['a car that is inside already', { stay: 'monthly', permit: { kind: 'monthly' } }, 'open', 'monthly'],
  [
    'the same where a person must look',
    { stay: 'monthly', permit: { kind: 'monthly' }, rules: { alreadyInside: 'ask' } },
    'ask',
    'already-inside',
  ],
  [
    'the N+1st car of a group',
    { permit: { kind: 'group', groupId: 'g', spaces: 1 }, groupInside: () => 1, rules: { temporary: true } },
    'open',
    'temporary',
  ],
  [
    'the same where no temporary car comes in',
    { permit: { kind: 'group', groupId: 'g', spaces: 1 }, groupInside: () => 1 },
    'refuse',
    'group-full',
  ],
  ['nothing due at the exit', { ...out, stay: 'temporary' }, 'open', 'inside'],
  ['money due at the exit', { ...out, stay: 'temporary', due: 1250 }, 'pay', 'unpaid'],
  ['money due at 宽出', { ...out, stay: 'temporary', due: 1250, rules: { mode: 'strict-entry' } }, 'open', 'debt'],
  [
    'the N+1st car leaves: it pays',
    { ...out, stay: 'temporary', due: 500, permit: { kind: 'group', groupId: 'g', spaces: 1 } },
    'pay',
    'unpaid',
  ],
  ['a permit at the exit', { ...out, stay: 'monthly', due: 500, permit: { kind: 'monthly' } }, 'open', 'monthly'],
  [
    'a blacklisted car that is inside gets out',
    { ...out, stay: 'temporary', permit: { kind: 'blacklist' } },
    'open',
    'inside',
  ],
  ['a car that nobody saw come in', { ...out }, 'refuse', 'unknown'],
  ['the same, for a person to judge', { ...out, rules: { notInside: 'ask' } }, 'ask', 'not-inside'],
  ['the same, let go', { ...out, rules: { notInside: 'open' } }, 'open', 'not-inside'],
  [
    'the same with an ended permit',
    { ...out, permit: expired, rules: { expired: 'temporary' } },
    'refuse',
    'permit-expired',
  ],
  [
    'a permit for another lane',
    { laneId: 'south', permit: { kind: 'monthly', laneIds: ['north'] } },
    'refuse',
    'permit-other-lane',
  ],
  ['a blacklisted car that nobody saw come in', { ...out, permit: { kind: 'blacklist' } }, 'refuse', 'blacklist'],
  ['the same at 宽出', { ...out, rules: { mode: 'strict-entry' } }, 'open', 'not-inside'],
])('%s', (_name, changes, ...expected) => {
  const { decision, rule } = decide(changes)
  expect([decision, rule]).toEqual(expected)
})

test('an ended permit is charged from its end on, at every exit', () => {
  const asked: (number | undefined)[] = []
  const dueOf = (_plate: string, { expiredAt: exemptUntil }: Uncovered) => {
    asked.push(exemptUntil)
    return 700
  }
  expect(decide({ ...out, stay: 'monthly', permit: expired, dueOf })).toMatchObject({ decision: 'pay', dueFen: 700 })
  expect(asked).toEqual([now - day])
})

test('a car at the entrance is never taken for a similar one that is inside without a permit', () => {
  expect(decide({ rawPlate: '沪AT2345', stay: 'temporary', rules: { temporary: true } })).toMatchObject({
    ...{ decision: 'open', rule: 'temporary', matchedPlate: '沪AT2345', distance: 0 },
  })
})

test('a blacklisting that has ended casts no doubt on similar plates', () => {
  const permit: PermitRule = { kind: 'blacklist', validUntil: now }
  expect(decide({ rawPlate: '沪AT2345', permit, rules: { temporary: true } })).toMatchObject({
    ...{ rule: 'temporary', matchedPlate: '沪AT2345' },
  })
})

test('who has to pay hears the amount', () => {
  expect(decide({ ...out, stay: 'temporary', due: 1205 }).reason).toContain('12.05')
})

test('two plates that look alike are never told apart by the lane', () => {
  const plates = fc.stringMatching(/^沪[AB][0158BDLQST]{5}$/)
  fc.assert(
    fc.property(plates, fc.nat(), fc.nat(), (read, a, b) => {
      const near = confusablesOf(read).filter((plate) => classifyPlate(plate) === 'standard')
      const known = new Set([near[a % Math.max(1, near.length)], near[b % Math.max(1, near.length)]])
      const verdict = decide({ rawPlate: read, permitsOf: (plate) => (known.has(plate) ? [{ kind: 'monthly' }] : []) })
      if (known.size === 2) expect(verdict).toMatchObject({ decision: 'ask', rule: 'several-candidates' })
      if (verdict.matchedPlate !== undefined) expect([read, ...near]).toContain(verdict.matchedPlate)
    }),
    { numRuns: 10_000 },
  )
})

test('nobody who is inside and owes nothing is kept in, unless the plate cannot be told', () => {
  const policies = fc.record({
    ...{
      mode: fc.constantFrom('strict' as const, 'strict-entry' as const, 'lenient' as const),
      temporary: fc.boolean(),
    },
    ...{
      expired: fc.constantFrom('temporary' as const, 'refuse' as const),
      notInside: fc.constantFrom('open' as const, 'ask' as const, 'refuse' as const),
    },
  })
  const permits = fc.option(
    fc.record({
      kind: fc.constantFrom('monthly' as const, 'group' as const, 'visitor' as const, 'blacklist' as const),
      validUntil: fc.integer({ min: now - day, max: now + day }),
    }),
    { nil: undefined },
  )
  fc.assert(
    fc.property(policies, permits, (rules, permit) => {
      expect(decide({ ...out, stay: 'temporary', rules, ...(permit && { permit }) }).decision).toBe('open')
    }),
    { numRuns: 10_000 },
  )
})
