import { createHash, timingSafeEqual } from 'node:crypto'
import type { DesiredDevice } from '@gatehouse/platform/contract'

const sha256 = (...parts: readonly (Buffer | string)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** Whether `secret` is the device's own; takes as long for a wrong one as for the right one. */
export function isSecretOf(secret: string, device: Pick<DesiredDevice, 'secret' | 'secretHash'>): boolean {
  if (secret === '') return false
  if (device.secretHash !== undefined) {
    const [, salt = '', expected = ''] = device.secretHash.split(':')
    return timingSafeEqual(sha256(Buffer.from(salt, 'hex'), secret), Buffer.from(expected, 'hex'))
  }
  return device.secret !== undefined && timingSafeEqual(sha256(secret), sha256(device.secret))
}
