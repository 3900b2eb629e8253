import type { Alert } from './alerts.ts'
import type { Broadcast } from './broadcast.ts'
import type { Gateway } from './compounds.ts'
import type { CommandEntry, Device } from './devices.ts'
import type { Sha256 } from './primitives.ts'

/** What changed of a device; readings are the changed ones only. */
export type DeviceChange = Pick<Device, 'id' | 'compoundId'> & Partial<Device>

/**
 * Socket.IO events the platform sends to consoles. Each goes only to people whose scope covers the compound.
 * A console that lost its connection reloads what it shows after `connect`.
 */
export interface ServerEvents {
  'alert:raised': (alert: Alert) => void
  'alert:changed': (alert: Alert) => void
  'device:changed': (change: DeviceChange) => void
  'gateway:changed': (gateway: Gateway) => void
  'command:changed': (entry: CommandEntry) => void
  'broadcast:changed': (broadcast: Broadcast) => void
  /** The picture can be fetched now. */
  'media:stored': (media: { sha256: Sha256 }) => void
}

/** Consoles only listen: they ask and command over HTTP. */
export type ClientEvents = Record<string, never>
