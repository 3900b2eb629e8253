import { Secret, TOTP } from 'otpauth'
import { hashToken } from '../../core/secrets.ts'

/** RFC 6238 as every authenticator knows it: SHA-1, six digits, thirty seconds. */
const kind = { issuer: 'Gatehouse', algorithm: 'SHA1', digits: 6, period: 30 } as const
/** RFC 4226, 4: 160 bits. */
const secretBytes = 20
/** RFC 6238, 5.2: one step back for the way here, one ahead for a clock that is fast. */
const window = 1
/** 80 random bits: nobody finds one out by trying, also with the hashes in hand. */
const recoveryBytes = 10
const recoveryCount = 10

const totpOf = (secret: string, label: string) => new TOTP({ ...kind, secret: Secret.fromBase32(secret), label })

export function newTotp(username: string) {
  const secret = new Secret({ size: secretBytes }).base32
  return { secret, uri: totpOf(secret, username).toString() }
}

export const isTotpCode = (code: string) => /^\d{6}$/.test(code)

/** Number of the thirty seconds that a code belongs to; `undefined` when it is none of the present ones. */
export function stepOf(secret: string, code: string, now: number): number | undefined {
  if (!isTotpCode(code)) return undefined
  const delta = totpOf(secret, '').validate({ token: code, timestamp: now, window })
  return delta === null ? undefined : TOTP.counter({ period: kind.period, timestamp: now }) + delta
}

/** Codes for the day on which the authenticator is lost, to be written down: `abcd-efgh-ijkl-mnop`. */
export const newRecoveryCodes = () =>
  Array.from({ length: recoveryCount }, () =>
    new Secret({ size: recoveryBytes }).base32.toLowerCase().replace(/(.{4})(?=.)/g, '$1-'),
  )

/** Read off paper: case, spaces and hyphens do not matter. */
export const hashRecoveryCode = (code: string) => hashToken(code.toLowerCase().replace(/[\s-]/g, ''))
