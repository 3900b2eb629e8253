import { createHash, timingSafeEqual } from 'node:crypto'
import { attributeOf, child, textOf } from './xml.ts'
import { parseTime } from './xml-time.ts'

export type LoginRefusal = 'no-credentials' | 'unknown-user' | 'wrong-password' | 'clock' | 'replayed' | 'stale-nonce'

export interface Account {
  readonly username: string
  readonly password: string
}

export const hasUsernameToken = (header: unknown) => child(header, 'Security', 'UsernameToken') !== undefined

/** Compares without telling by its duration where the difference is. */
export function sameSecret(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}

export interface UsernameTokens {
  /** Judges the token of a SOAP header; undefined when it lets the sender in. `now` is the camera's own clock. */
  refusal(header: unknown, now: number): LoginRefusal | undefined
}

const textIn = (token: unknown, name: string) => textOf(token, name) ?? ''

function hasDigestOf(token: unknown, password: string): boolean {
  const isDigest = attributeOf(child(token, 'Password'), 'Type')?.endsWith('#PasswordDigest') ?? false
  const digest = createHash('sha1')
    .update(Buffer.from(textIn(token, 'Nonce'), 'base64'))
    .update(textIn(token, 'Created') + password)
    .digest('base64')
  return isDigest && sameSecret(textIn(token, 'Password'), digest)
}

/** WS-Security UsernameToken Profile 1.1 with PasswordDigest, the only form that ONVIF allows. */
export function createUsernameTokens(
  account: Account,
  rules: { readonly clockWindowMs: number; readonly rejectReplays: boolean },
): UsernameTokens {
  const seen = new Map<string, number>()

  const isReplayed = (nonce: string, now: number) => {
    if (!rules.rejectReplays) return false
    for (const [old, at] of seen) if (Math.abs(now - at) > 2 * rules.clockWindowMs) seen.delete(old)
    if (seen.has(nonce)) return true
    seen.set(nonce, now)
    return false
  }

  return {
    refusal(header, now) {
      const token = child(header, 'Security', 'UsernameToken')
      if (!sameSecret(textIn(token, 'Username'), account.username)) return 'unknown-user'
      if (!hasDigestOf(token, account.password)) return 'wrong-password'
      const createdAt = parseTime(textIn(token, 'Created'))
      if (createdAt === undefined || Math.abs(createdAt - now) > rules.clockWindowMs) return 'clock'
      return isReplayed(textIn(token, 'Nonce'), now) ? 'replayed' : undefined
    },
  }
}
