import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { authorization, parseChallenges } from './http-auth.ts'

const attempt = {
  method: 'GET',
  uri: '/dir/index.html',
  credentials: { username: 'Mufasa', password: 'Circle Of Life' },
  cnonce: '0a4f113b',
}
const md5 = (text: string) => createHash('md5').update(text).digest('hex')

test('answers the example of RFC 2617, section 3.5', () => {
  const header =
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
  const answer = authorization(header, attempt)
  expect(answer).toContain('response="6629fae49393a05397450978507c4ef1"')
  expect(answer).toContain('opaque="5ccc069c403ebaf9f0171e9517f40e41"')
})

test('answers the SHA-256 example of RFC 7616, section 3.9.1, and prefers it to MD5', () => {
  const rest =
    'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
  const credentials = { username: 'Mufasa', password: 'Circle of Life' }
  const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'
  expect(
    authorization(`Digest ${rest}, algorithm=MD5, Digest ${rest}, algorithm=SHA-256`, {
      ...attempt,
      credentials,
      cnonce,
    }),
  ).toContain('response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"')
})

test('a digest without qop is answered as RFC 2069 says', () => {
  const answer = authorization('Digest realm="r", nonce="n"', attempt)
  const expected = md5(`${md5('Mufasa:r:Circle Of Life')}:n:${md5('GET:/dir/index.html')}`)
  expect(answer).toContain(`response="${expected}"`)
  expect(answer).not.toContain('qop')
})

test('MD5-sess binds the secret to both nonces', () => {
  const secret = md5(`${md5('Mufasa:r:Circle Of Life')}:n:0a4f113b`)
  const expected = md5(`${secret}:n:00000001:0a4f113b:auth:${md5('GET:/dir/index.html')}`)
  expect(authorization('Digest realm="r", nonce="n", qop="auth", algorithm=MD5-sess', attempt)).toContain(expected)
  expect(authorization('Digest realm="r", nonce="n", algorithm=MD5-sess', attempt)).toContain('cnonce="0a4f113b"')
})

test.each([
  ['nonce with =', 'Digest realm="r", nonce="YWJj==", qop="auth"', { realm: 'r', nonce: 'YWJj==', qop: 'auth' }],
  ['qop first', 'Digest qop="auth", realm="r", nonce="n"', { qop: 'auth', realm: 'r', nonce: 'n' }],
  ['unquoted', 'Digest realm=r,nonce=YWJj==, stale=FALSE', { realm: 'r', nonce: 'YWJj==', stale: 'FALSE' }],
  ['quotes inside', String.raw`Digest realm="a \"b\"", nonce="n"`, { realm: 'a "b"', nonce: 'n' }],
])('reads a challenge with %s', (_name, header, parameters) => {
  expect(parseChallenges(header)).toEqual([{ scheme: 'digest', parameters }])
})

test('Basic is used only when the camera offers nothing better', () => {
  expect(authorization('Basic realm="r"', attempt)).toBe(`Basic ${btoa('Mufasa:Circle Of Life')}`)
  expect(authorization('Basic realm="r", Digest realm="r", nonce="n"', attempt)).toMatch(/^Digest/)
  expect(authorization('Digest realm="r", nonce="n", algorithm=FOO, Basic realm="r"', attempt)).toMatch(/^Basic/)
})

test.each(['Negotiate', 'Digest realm="r", nonce="n", qop="auth-int"', 'a/'.repeat(100_000), ''])(
  'a challenge that nobody can answer gets none',
  (header) => {
    expect(authorization(header, attempt)).toBeUndefined()
  },
)

test('a user name can neither leave its quotes nor break the header', () => {
  const credentials = { username: 'a"b\\值班', password: 'x' }
  const answer = authorization('Digest realm="r", nonce="n"', { ...attempt, credentials }) ?? ''
  expect(answer).toContain(String.raw`username="a\"b\\`)
  expect(answer).toMatch(/^[\x20-\xff]+$/)
})
