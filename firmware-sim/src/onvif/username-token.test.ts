import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createUsernameTokens } from './username-token.ts'

const account = { username: 'Tom & Jerry', password: 'secret' }
const noon = Date.UTC(2026, 0, 1, 12)

const header = (given: { password?: string; username?: string; at?: number; type?: string } = {}) => {
  const { password = account.password, username = account.username, at = noon, type = '#PasswordDigest' } = given
  const nonce = Buffer.from('nonce')
  const created = new Date(at).toISOString()
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64')
  const escaped = username.replace('&', '&amp;')
  return {
    Security: {
      UsernameToken: {
        Username: escaped,
        Password: { '#text': type === '#PasswordDigest' ? digest : password, '@_Type': type },
        Nonce: nonce.toString('base64'),
        Created: created,
      },
    },
  }
}

const lenient = createUsernameTokens(account, { clockWindowMs: 5000, rejectReplays: false })

test('the right password is let in, also twice with one nonce', () => {
  expect(lenient.refusal(header(), noon)).toBeUndefined()
  expect(lenient.refusal(header(), noon)).toBeUndefined()
})

test.each([
  ['unknown-user', { username: 'admin' }],
  ['wrong-password', { password: 'wrong' }],
  ['wrong-password', { type: '#PasswordText' }],
  ['clock', { at: noon - 5001 }],
  ['clock', { at: noon + 5001 }],
])('%s for %j', (refusal, given) => {
  expect(lenient.refusal(header(given), noon)).toBe(refusal)
})

test('a strict camera refuses a nonce that it saw before', () => {
  const strict = createUsernameTokens(account, { clockWindowMs: 5000, rejectReplays: true })

  expect(strict.refusal(header(), noon)).toBeUndefined()
  expect(strict.refusal(header(), noon)).toBe('replayed')
  expect(strict.refusal(header({ at: noon + 60_000 }), noon + 60_000)).toBeUndefined()
})

test('a header without a token is refused', () => {
  expect(lenient.refusal(undefined, noon)).toBe('unknown-user')
})
