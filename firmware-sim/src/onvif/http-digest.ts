import { createHash, createHmac, randomBytes } from 'node:crypto'
import { sameSecret, type Account, type LoginRefusal } from './username-token.ts'

const realm = 'Camera'
const nonceLifetimeMs = 5 * 60_000
/** A nonce that was used this often is retired: what is remembered of it stays small. */
const maxUsesOfNonce = 500
const maxRememberedNonces = 64

const md5 = (...parts: readonly string[]) => createHash('md5').update(parts.join(':')).digest('hex')

/** The fields of an `Authorization: Digest` header. Quoted values may hold commas and equals signs. */
function parseAuthorization(header: string): ReadonlyMap<string, string> {
  const fields = header.slice('Digest '.length).matchAll(/([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi)
  return new Map(Array.from(fields, ([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? '']))
}

export interface DigestRequest {
  readonly method: string
  readonly url: string
  readonly authorization: string | undefined
}

export interface HttpDigest {
  refusal(request: DigestRequest): LoginRefusal | undefined
  /** The `WWW-Authenticate` header that goes with a refusal. */
  challenge(refusal: LoginRefusal): string
}

/** HTTP digest with MD5 and qop=auth (RFC 7616), as cameras speak it. Nonces are valid at this camera only. */
export function createHttpDigest(account: Account, now: () => number = Date.now): HttpDigest {
  const key = randomBytes(32)
  const uses = new Map<string, Set<string>>()

  const seal = (issuedAt: string) => createHmac('sha256', key).update(issuedAt).digest('hex').slice(0, 32)
  const isFresh = (nonce: string) => {
    const [issuedAt = '', signature] = nonce.split('-')
    return signature === seal(issuedAt) && now() - Number.parseInt(issuedAt, 16) < nonceLifetimeMs
  }

  /** Every request count of a nonce works once, in any order: clients send several requests at a time. */
  const useOnce = (nonce: string, count: string) => {
    const counts = uses.get(nonce) ?? new Set()
    if (counts.has(count) || counts.size >= maxUsesOfNonce) return false
    counts.add(count)
    if (!uses.has(nonce)) for (const old of uses.keys()) if (uses.size >= maxRememberedNonces) uses.delete(old)
    uses.set(nonce, counts)
    return true
  }

  return {
    refusal({ method, url, authorization }) {
      if (!authorization?.startsWith('Digest ')) return 'no-credentials'
      const fields = parseAuthorization(authorization)
      const field = (name: string) => fields.get(name) ?? ''
      if (!sameSecret(field('username'), account.username)) return 'unknown-user'
      const secret = md5(account.username, realm, account.password)
      const order = ['nonce', 'nc', 'cnonce', 'qop'].map(field)
      const expected = md5(secret, ...order, md5(method, url))
      const isMeantForThis = field('uri') === url && field('qop') === 'auth' && field('realm') === realm
      if (!isMeantForThis || !sameSecret(field('response'), expected)) return 'wrong-password'
      return isFresh(field('nonce')) && useOnce(field('nonce'), field('nc')) ? undefined : 'stale-nonce'
    },
    challenge(refusal) {
      const issuedAt = now().toString(16)
      const stale = refusal === 'stale-nonce' ? ', stale=true' : ''
      return `Digest realm="${realm}", qop="auth", algorithm=MD5, nonce="${issuedAt}-${seal(issuedAt)}"${stale}`
    },
  }
}
