import type { AreaEventRecord, NewAreaEvent, UplinkDown } from '@gatehouse/platform/contract'
import type { UpChannel } from '../protocol/index.ts'

/** One atomic step of the gateway: what it remembers and what it tells, together or not at all. */
export interface Change {
  /** `deviceId/eventId` that caused it. A change with a cause that was committed before is refused as duplicate. */
  readonly cause?: string
  /** State of an area; `undefined` deletes the key. Values are JSON. */
  readonly state?: readonly { readonly area: string; readonly key: string; readonly value: unknown }[]
  readonly events?: readonly NewAreaEvent[]
}

export interface Committed {
  readonly duplicate: boolean
  /** Outbox numbers of the events, in order; empty for a duplicate. */
  readonly seqs: readonly number[]
}

/** State and outbox of the gateway: durable when `commit` resolves. */
export interface StateStore {
  commit(change: Change): Promise<Committed>
  /** Everything an area remembers, by key. What is committed meanwhile may be in it or not. */
  entries(area: string): Promise<ReadonlyMap<string, unknown>>
  outbox: Outbox
  close(): Promise<void>
}

/** Store-and-forward towards the platform, oldest first. */
export interface Outbox {
  /** At most `limit` records above `seq`; with `types` only those. */
  after(seq: number, limit: number, types?: ReadonlySet<string>): Promise<readonly AreaEventRecord[]>
  /** The platform has stored everything up to and including `seq`. */
  forget(seq: number): Promise<void>
  status(): Promise<{ readonly lastSeq: number; readonly backlog: number }>
  /** Called after each commit that added records. Answers the way to stop listening. */
  onAdded(listener: () => void): () => void
}

/** Numeric and binary readings of one report. Strings are not telemetry. */
export interface TelemetryPoint {
  readonly deviceId: string
  readonly kind: string
  /** Device time, UTC ms. */
  readonly at: number
  readonly fields: Readonly<Record<string, number>>
}

/** Telemetry on its way to InfluxDB: on disk when `append` resolves. */
export interface TelemetrySpool {
  append(point: TelemetryPoint): Promise<void>
  status(): { readonly backlogBytes: number; readonly dropped: number }
}

/** The other end of the spool: who ships telemetry takes batches in order and confirms them when they are stored. */
export interface TelemetryBacklog {
  /** The oldest unconfirmed lines, at most `maxLines`; the same ones again until they are confirmed. */
  next(maxLines: number): Promise<TelemetryBatch | undefined>
  /** Everything up to `end` of a batch is stored elsewhere and may be forgotten. */
  confirm(end: number): Promise<void>
  /** Called when there is something new to ship. Answers the way to stop listening. */
  onAppended(listener: () => void): () => void
}

export interface TelemetryBatch {
  /** Line protocol, one point a line, millisecond times. */
  readonly text: string
  readonly lines: number
  readonly end: number
}

/** Pictures of the compound, by SHA-256. */
export interface MediaStore {
  put(bytes: Uint8Array): Promise<string>
  get(sha256: string): Promise<Uint8Array | undefined>
}

/** A message that goes down to one device now, or not at all. */
export interface DeviceLink {
  /** Resolves when the broker has handed it over; rejects with DEVICE_OFFLINE when the device is not connected. */
  send(deviceId: string, channel: 'command', message: object): Promise<void>
  isConnected(deviceId: string): boolean
  /** Ends the connection of a device that was removed or changed its secret. */
  disconnect(deviceId: string): void
}

export type PlatformMessage = Exclude<UplinkDown, { type: 'welcome' | 'ack' }>

/** The way to the centre, as far as areas may use it. Events go through the outbox, not through here. */
export interface PlatformLink {
  /** Best effort, for watching only. */
  sendReadings(deviceId: string, at: number, readings: Readonly<Record<string, boolean | number | string>>): void
  commandAccepted(commandId: string): void
}

export interface OnvifInformation {
  readonly manufacturer: string
  readonly model: string
  readonly firmwareVersion: string
  readonly serialNumber: string
}

export interface OnvifProfile {
  readonly token: string
  readonly name: string
  readonly encoding?: string
  readonly width?: number
  readonly height?: number
}

/** One notification, already unwrapped. `values` holds source and data items by name. */
export interface OnvifEvent {
  readonly topic: string
  readonly operation: 'Initialized' | 'Changed' | 'Deleted' | 'none'
  /** Camera time corrected by its clock offset, UTC ms. */
  readonly at: number
  readonly values: Readonly<Record<string, string>>
}

/** A camera that we are signed in to. Every call rejects with a coded error and has its own time limit. */
export interface OnvifSession {
  /** Camera clock minus ours, ms. */
  clockOffsetMs(): number
  information(): Promise<OnvifInformation>
  profiles(): Promise<readonly OnvifProfile[]>
  streamUri(profileToken: string): Promise<string>
  /** JPEG or PNG bytes. */
  snapshot(profileToken: string): Promise<Uint8Array>
  /** Keeps a PullPoint subscription alive until the answer is called. `onState` tells whether states can be trusted. */
  watch(onEvent: (event: OnvifEvent) => void, onState: (state: 'live' | 'stale') => void): () => Promise<void>
  close(): Promise<void>
}

/** Opens sessions; rejects with CAMERA_UNREACHABLE, CAMERA_NOT_AUTHORIZED or CAMERA_CLOCK_DRIFT. */
export type OnvifConnect = (camera: {
  readonly address: string
  readonly username: string
  readonly password: string
  readonly onClockDrift: (offsetMs: number) => void
  /** Called at most once, when the camera no longer answers: the session is of no more use. */
  readonly onLost?: (reason: Error) => void
  /** Ends an attempt that nobody waits for any more. */
  readonly signal?: AbortSignal
}) => Promise<OnvifSession>

/** What the broker asks of the house. */
export interface DeviceFront {
  /** Whether the device is known and the secret is its own. */
  authenticate(deviceId: string, secret: string): boolean
  /**
   * Takes one message. Resolves when it is durable: only then is it acknowledged.
   * Rejects with a coded AppError for a message that breaks its schema; the broker then closes the connection.
   */
  accept(deviceId: string, channel: UpChannel, payload: Uint8Array): Promise<void>
  connected(deviceId: string): void
  disconnected(deviceId: string, reason: 'last-will' | 'disconnected'): void
}

/** Counts what a listener turned away; `reason` is a short constant. */
export interface RefusalCounter {
  refused(listener: 'mqtt' | 'http' | 'onvif' | 'uplink', reason: string): void
}

/** Where pure code gets the time. */
export interface Clock {
  now(): number
}

/** The part of pino that the core uses. Never plates, names or secrets. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
