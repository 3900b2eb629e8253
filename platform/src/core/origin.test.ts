import { expect, test } from 'vitest'
import { isOwnOrigin } from './origin.ts'

test.each([
  [undefined, 'gate.local:8080', true],
  ['http://gate.local:8080', 'gate.local:8080', true],
  ['https://Gate.local', 'gate.local', true],
  ['http://gate.local:8081', 'gate.local:8080', false],
  ['http://evil.example', 'gate.local:8080', false],
  ['http://gate.local:8080.evil.example', 'gate.local:8080', false],
  ['null', 'gate.local:8080', false],
  ['http://gate.local', undefined, false],
])('origin %s at host %s: %s', (origin, host, expected) => {
  expect(isOwnOrigin(origin, host)).toBe(expected)
})
