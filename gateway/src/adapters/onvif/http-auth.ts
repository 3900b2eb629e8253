import { createHash, randomBytes } from 'node:crypto'

export interface Credentials {
  readonly username: string
  readonly password: string
}

export interface Challenge {
  readonly scheme: string
  readonly parameters: Readonly<Record<string, string>>
}

/** More than any camera needs; bounds the work that a hostile one can cause. */
const longestHeader = 2048

/** One header may carry several challenges, parameters in any order, quoted or not, with `=` inside the nonce. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = []
  const tokens = /([a-z][\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([a-z][\w-]*)(?=[\s,]|$)/gi
  for (const [, name, quoted, plain, scheme] of header.slice(0, longestHeader).matchAll(tokens)) {
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: {} })
    const current = challenges.at(-1)
    if (name !== undefined && current)
      current.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? ''
  }
  return challenges
}

const hashes: Readonly<Record<string, string>> = { md5: 'md5', 'sha-256': 'sha256', 'sha-512-256': 'sha512-256' }

function digestAlgorithm({ parameters }: Challenge) {
  const label = parameters.algorithm ?? 'MD5'
  const base = label.toLowerCase().replace(/-sess$/, '')
  const hash = hashes[base]
  return hash === undefined ? undefined : { label, hash, session: base.length !== label.length }
}

interface Attempt {
  readonly method: string
  /** Path and query, exactly as in the request line. */
  readonly uri: string
  readonly credentials: Credentials
  /** Only tests fix it. */
  readonly cnonce?: string
}

const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
/** Header bytes beyond ASCII travel as UTF-8, which Node writes from Latin-1 code units. */
const headerBytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

/** The hash that proves the password, and the fields that go with it. */
function prove(challenge: Challenge, attempt: Attempt, algorithm: NonNullable<ReturnType<typeof digestAlgorithm>>) {
  const { realm = '', nonce = '', qop } = challenge.parameters
  const { method, uri, credentials, cnonce = randomBytes(12).toString('hex') } = attempt
  const hash = (...parts: readonly string[]) => createHash(algorithm.hash).update(parts.join(':')).digest('hex')
  const plainSecret = hash(credentials.username, realm, credentials.password)
  const secret = algorithm.session ? hash(plainSecret, nonce, cnonce) : plainSecret
  const request = hash(method, uri)
  // RFC 2069, without qop, is still spoken by old firmware.
  if (qop === undefined) {
    const fields = algorithm.session ? [`cnonce="${cnonce}"`] : []
    return { response: hash(secret, nonce, request), fields }
  }
  const count = '00000001'
  const response = hash(secret, nonce, count, cnonce, 'auth', request)
  return { response, fields: ['qop=auth', `nc=${count}`, `cnonce="${cnonce}"`] }
}

function digest(challenge: Challenge, attempt: Attempt): string | undefined {
  const algorithm = digestAlgorithm(challenge)
  const { realm = '', nonce = '', opaque, qop } = challenge.parameters
  const offered = qop?.split(',').map((choice) => choice.trim().toLowerCase())
  if (!algorithm || offered?.includes('auth') === false) return undefined
  const { response, fields } = prove(challenge, attempt, algorithm)
  return `Digest ${[
    `username=${quote(headerBytes(attempt.credentials.username))}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(attempt.uri)}`,
    `response="${response}"`,
    `algorithm=${algorithm.label}`,
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...fields,
  ].join(', ')}`
}

const strength = (challenge: Challenge) => {
  const hash = challenge.scheme === 'digest' ? digestAlgorithm(challenge)?.hash : undefined
  if (hash === undefined) return 0
  return hash === 'md5' ? 1 : 2
}

/**
 * The strongest answer to what the server asks for; `undefined` when it asks for nothing we know.
 * Nothing is kept between requests: nonces of one camera must never meet another request.
 */
export function authorization(header: string, attempt: Attempt): string | undefined {
  const challenges = [...parseChallenges(header)].sort((a, b) => strength(b) - strength(a))
  for (const challenge of challenges) {
    if (challenge.scheme === 'digest') {
      const answer = digest(challenge, attempt)
      if (answer !== undefined) return answer
    }
  }
  if (!challenges.some(({ scheme }) => scheme === 'basic')) return undefined
  const { username, password } = attempt.credentials
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`
}
