import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createHttpDigest } from './http-digest.ts'

const account = { username: 'admin', password: 'a "quoted", password' }
const md5 = (...parts: readonly string[]) => createHash('md5').update(parts.join(':')).digest('hex')

function setup() {
  const clock = { now: 1_000_000 }
  const digest = createHttpDigest(account, () => clock.now)
  const nonceOf = (challenge: string) => /nonce="([^"]+)"/.exec(challenge)?.[1] ?? ''
  const nonce = nonceOf(digest.challenge('no-credentials'))
  const sign = (nc: string, given: { password?: string; signed?: string } = {}) => {
    const url = '/snapshot.jpg?a=1,b=2'
    const { password = account.password, signed = url } = given
    const secret = md5(account.username, 'Camera', password)
    const response = md5(secret, nonce, nc, 'c0ffee', 'auth', md5('GET', signed))
    const authorization = `Digest username="${account.username}",realm="Camera", nonce="${nonce}" , uri="${signed}", qop=auth, nc=${nc}, cnonce="c0ffee", response="${response}"`
    return digest.refusal({ method: 'GET', url, authorization })
  }
  return { clock, digest, sign }
}

test('the right password opens, once per count and in any order', () => {
  const { sign } = setup()

  expect(sign('00000002')).toBeUndefined()
  expect(sign('00000001')).toBeUndefined()
  expect(sign('00000001')).toBe('stale-nonce')
})

test('a wrong password, another address and no credentials do not open', () => {
  const { digest, sign } = setup()

  expect(sign('1', { password: 'wrong' })).toBe('wrong-password')
  expect(sign('1', { signed: '/other' })).toBe('wrong-password')
  expect(digest.refusal({ method: 'GET', url: '/', authorization: undefined })).toBe('no-credentials')
  expect(digest.refusal({ method: 'GET', url: '/', authorization: 'Basic YWRtaW46eA==' })).toBe('no-credentials')
  expect(digest.refusal({ method: 'GET', url: '/', authorization: 'Digest username="guest"' })).toBe('unknown-user')
})

test('an old nonce is called stale, so that the client tries again with a new one', () => {
  const { clock, digest, sign } = setup()
  clock.now += 6 * 60_000

  expect(sign('1')).toBe('stale-nonce')
  expect(digest.challenge('stale-nonce')).toContain('stale=true')
  expect(digest.challenge('wrong-password')).not.toContain('stale')
})
