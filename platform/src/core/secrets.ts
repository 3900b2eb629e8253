import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const digest = (salt: Buffer, secret: string) => createHash('sha256').update(salt).update(secret).digest()

/** `sha256:<salt hex>:<hex>`; enough for secrets of 32 random bytes, which nobody can guess one by one. */
export function hashSecret(secret: string): string {
  const salt = randomBytes(16)
  return `sha256:${salt.toString('hex')}:${digest(salt, secret).toString('hex')}`
}

export function secretMatches(secret: string, hash: string): boolean {
  const [, salt, expected] = /^sha256:([0-9a-f]{32}):([0-9a-f]{64})$/.exec(hash) ?? []
  if (salt === undefined || expected === undefined) return false
  return timingSafeEqual(digest(Buffer.from(salt, 'hex'), secret), Buffer.from(expected, 'hex'))
}

export const randomToken = () => randomBytes(32).toString('base64url')

/** Random tokens need no salt: nobody can have a table of them. */
export const hashToken = (token: string) => createHash('sha256').update(token).digest('hex')
