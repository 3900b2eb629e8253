import type { GatewayCertificate } from '@gatehouse/platform/contract'

/** What an installer types at the gateway, in the folder where it was unpacked. */
export const enrolmentCommand = (code: string, platformUrl: string) =>
  `npm run enrol -- --platform ${platformUrl} --code ${code}`

/** "14:59"; never below nothing. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** A gateway renews when two thirds are over; with less than a quarter left something keeps it from doing so. */
const lateShare = 1 / 4

export interface IdentityState {
  readonly state: 'secret' | 'valid' | 'late' | 'none'
  /** The certificate that counts. */
  readonly certificate?: GatewayCertificate
}

/** How a gateway proves who it is; certificates come newest first. */
export function identityOf(certificates: readonly GatewayCertificate[], now: number): IdentityState {
  if (certificates.length === 0) return { state: 'secret' }
  const certificate = certificates.find(({ state }) => state === 'valid')
  if (!certificate) return { state: 'none' }
  const { issuedAt, expiresAt } = certificate
  const isLate = expiresAt - now < (expiresAt - issuedAt) * lateShare
  return { state: isLate ? 'late' : 'valid', certificate }
}
