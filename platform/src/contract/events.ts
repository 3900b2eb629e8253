import { listAlerts, type Alert } from './alerts.ts'
import { listApprovals, type ApprovalChange } from './approvals.ts'
import { listBroadcasts, type Broadcast } from './broadcast.ts'
import { listGateways, type Gateway } from './compounds.ts'
import { listContinuity, type GatewayContinuity } from './continuity.ts'
import { getCommand, listDevices, type CommandEntry, type Device } from './devices.ts'
import type { EndpointAccess } from './endpoint.ts'
import type { Sha256 } from './primitives.ts'
import { listLaneCalls, type LaneCall } from './lane-calls.ts'
import { listLots, type LotView } from './parking-sessions.ts'
import { listPayments, type PaymentOrder } from './payments.ts'
import { getMedia } from './video.ts'

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
  /** Every ten seconds per gateway at most. */
  'continuity:changed': (continuity: GatewayContinuity) => void
  'command:changed': (entry: CommandEntry) => void
  'broadcast:changed': (broadcast: Broadcast) => void
  /** The picture can be fetched now. */
  'media:stored': (media: { sha256: Sha256 }) => void
  /** A call from a lane rings, was taken or has ended. */
  'lane-call:changed': (call: LaneCall) => void
  /** Occupancy or a lane has changed; once a second per compound at most. */
  'lot:changed': (lot: LotView) => void
  'parking-payment:changed': (order: PaymentOrder) => void
  /** A second person is asked for, or something that waited was decided. */
  'approval:changed': (change: ApprovalChange) => void
}

/** Whoever may not ask for something is not told of it either. */
export const serverEventAccess: Readonly<Record<keyof ServerEvents, EndpointAccess>> = {
  'alert:raised': listAlerts.access,
  'alert:changed': listAlerts.access,
  'device:changed': listDevices.access,
  'gateway:changed': listGateways.access,
  'continuity:changed': listContinuity.access,
  'command:changed': getCommand.access,
  'broadcast:changed': listBroadcasts.access,
  'media:stored': getMedia.access,
  'lane-call:changed': listLaneCalls.access,
  'lot:changed': listLots.access,
  'parking-payment:changed': listPayments.access,
  'approval:changed': listApprovals.access,
}

/** Consoles only listen: they ask and command over HTTP. */
export type ClientEvents = Record<string, never>
