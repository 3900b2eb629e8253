import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { isSecretOf } from './device-secrets.ts'

const salt = '00112233445566778899aabbccddeeff'
const hash = createHash('sha256').update(Buffer.from(salt, 'hex')).update('open sesame').digest('hex')
const hashed = { secretHash: `sha256:${salt}:${hash}` }

test.each([
  ['open sesame', hashed, true],
  ['open barley', hashed, false],
  ['', hashed, false],
  ['plain secret', { secret: 'plain secret' }, true],
  ['plain', { secret: 'plain secret' }, false],
  ['', { secret: '' }, false],
  ['anything', {}, false],
])('%j against %o: %s', (secret, device, expected) => {
  expect(isSecretOf(secret, device)).toBe(expected)
})
