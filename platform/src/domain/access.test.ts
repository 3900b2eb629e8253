import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideAccess, minimumLiveness, type AccessAttempt } from './access.ts'

const now = 1_780_000_000_000
const consenting = { consentVersion: '2026-1' }

test.each<[Omit<AccessAttempt, 'at'>, string, string]>([
  [{ method: 'face', person: consenting, liveness: 0.95 }, 'open', 'face'],
  [{ method: 'face', person: consenting, liveness: minimumLiveness }, 'open', 'face'],
  [{ method: 'face', person: consenting, liveness: minimumLiveness - 0.01 }, 'refuse', 'liveness'],
  [{ method: 'face', person: consenting }, 'refuse', 'liveness'],
  [{ method: 'face', person: {}, liveness: 1 }, 'refuse', 'no-consent'],
  [{ method: 'face', person: { ...consenting, validUntil: now }, liveness: 1 }, 'refuse', 'expired'],
  [{ method: 'face', liveness: 1 }, 'refuse', 'stranger'],
  [{ method: 'card', person: {} }, 'open', 'card'],
  [{ method: 'card', person: { validUntil: now } }, 'refuse', 'expired'],
  [{ method: 'card', person: { validUntil: now + 1 } }, 'open', 'card'],
  [{ method: 'card' }, 'refuse', 'card-unknown'],
])('%o: %s by %s', (attempt, decision, rule) => {
  expect(decideAccess({ ...attempt, at: now })).toMatchObject({ decision, rule })
})

test('no face opens without consent', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (liveness, at) => {
      expect(decideAccess({ method: 'face', person: {}, liveness, at }).decision).toBe('refuse')
    }),
  )
})
