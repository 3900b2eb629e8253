import { expect, test } from 'vitest'
import { isCharged, standingOf, type PermitRule, type Standing } from './permits.ts'

const now = 1_780_000_000_000
const day = 86_400_000
const at = (permits: readonly PermitRule[], laneId?: string, inside = 0) =>
  standingOf(permits, { at: now, laneId, groupInside: () => inside })

const valid = { validFrom: now - day, validUntil: now + day }
const ended = { validFrom: now - 9 * day, validUntil: now - day }
const later = { validFrom: now + day, validUntil: now + 9 * day }

test.each<[string, PermitRule[], Partial<Standing>]>([
  ['no permit', [], { isBlacklisted: false }],
  ['a valid one', [{ kind: 'monthly', ...valid }], { right: { kind: 'monthly', ...valid } }],
  ['the first moment', [{ kind: 'monthly', validFrom: now }], { right: { kind: 'monthly', validFrom: now } }],
  ['the moment of its end', [{ kind: 'monthly', validUntil: now }], { failing: 'expired', expiredAt: now }],
  ['one that begins later', [{ kind: 'monthly', ...later }], { failing: 'not-yet-valid' }],
  ['one that ended', [{ kind: 'monthly', ...ended }], { failing: 'expired', expiredAt: now - day }],
  [
    'several that ended: charged from the last end on',
    [
      { kind: 'monthly', validUntil: now - 3 * day },
      { kind: 'own-space', validUntil: now - 2 * day },
    ],
    { failing: 'expired', expiredAt: now - 2 * day },
  ],
  ['an ended courtesy: charged from the entry on', [{ kind: 'whitelist', ...ended }], { failing: 'expired' }],
  ['a visitor outside the window', [{ kind: 'visitor', ...ended }], { failing: 'visitor-outside-window' }],
  ['the blacklist', [{ kind: 'blacklist' }], { isBlacklisted: true }],
  ['a blacklisting that ended', [{ kind: 'blacklist', ...ended }], { isBlacklisted: false }],
])('%s', (_name, permits, standing) => {
  expect(at(permits)).toEqual({ isBlacklisted: false, ...standing })
})

test('the strongest of several rights counts', () => {
  const kinds = ['visitor', 'group', 'monthly', 'own-space', 'free', 'whitelist', 'internal'] as const
  for (const [index, kind] of kinds.entries())
    expect(at(kinds.slice(0, index + 1).map((weaker) => ({ kind: weaker }))).right?.kind).toBe(kind)
})

test('a group of N spaces has room for N cars; the next is a temporary one', () => {
  const permits: PermitRule[] = [{ kind: 'group', groupId: 'h-1', spaces: 2 }]
  expect(at(permits, undefined, 1).right?.kind).toBe('group')
  expect(at(permits, undefined, 2)).toEqual({ isBlacklisted: false, failing: 'group-full' })
  expect(at([...permits, { kind: 'monthly' }], undefined, 2).right?.kind).toBe('monthly')
})

test('a permit for certain lanes counts at them only', () => {
  const permits: PermitRule[] = [{ kind: 'visitor', laneIds: ['north-in'], ...valid }]
  expect(at(permits, 'north-in').right?.kind).toBe('visitor')
  expect(at(permits, 'south-in').right).toBeUndefined()
})

test('a permit for other lanes has not ended', () => {
  expect(at([{ kind: 'monthly', laneIds: ['north-in'], ...valid }], 'south-in')).toEqual({
    isBlacklisted: false,
    failing: 'other-lane',
  })
})

test('a renewal that begins later does not hide when the last permit ended', () => {
  const permits: PermitRule[] = [
    { kind: 'monthly', ...ended },
    { kind: 'monthly', ...later },
  ]
  expect(at(permits)).toEqual({ isBlacklisted: false, failing: 'expired', expiredAt: now - day })
})

test('a group counts its cars only where somebody can tell', () => {
  expect(standingOf([{ kind: 'group', groupId: 'h-1' }], { at: now }).right?.kind).toBe('group')
})

test.each<[string, PermitRule[], boolean]>([
  ['temporary', [], true],
  ['temporary', [{ kind: 'monthly', ...valid }], false],
  ['temporary', [{ kind: 'group', ...valid }], true],
  ['monthly', [{ kind: 'monthly', ...valid }], false],
  ['monthly', [{ kind: 'monthly', ...ended }], true],
  ['monthly', [], false], // it was taken away while the car was inside: nobody knows since when
  ['visitor', [{ kind: 'visitor', ...ended }], false],
  ['visitor', [{ kind: 'monthly', ...ended }], false], // what ended is not what it came in with
  ['emergency', [], false],
])('who came in with %s and has %j pays: %s', (enteredWith, permits, expected) => {
  expect(isCharged(enteredWith, at(permits))).toBe(expected)
})
