import type { Device } from '@gatehouse/platform/contract'

export interface DeviceFilter {
  readonly search: string
  readonly kind: string
  /** 'online', 'offline' or '' for both. */
  readonly state: string
}

export function matchesFilter(device: Device, { search, kind, state }: DeviceFilter): boolean {
  if (kind !== '' && device.kind !== kind) return false
  if (state !== '' && (state === 'online') !== device.online) return false
  const wanted = search.trim().toLowerCase()
  return wanted === '' || [device.id, device.name, device.place].some((text) => text.toLowerCase().includes(wanted))
}
