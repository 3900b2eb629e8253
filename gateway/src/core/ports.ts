import type { AreaEventRecord, NewAreaEvent, UplinkDown } from '@gatehouse/platform/contract'
import type { Dialect, UpChannel } from '../protocol/index.ts'

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

export type EntryPage = readonly (readonly [key: string, value: unknown])[]

/** State and outbox of the gateway: durable when `commit` resolves. */
export interface StateStore {
  commit(change: Change): Promise<Committed>
  /** Everything an area remembers, by key. What is committed meanwhile may be in it or not. */
  entries(area: string): Promise<ReadonlyMap<string, unknown>>
  /** The same in pieces, where it may be long: in between, others have their turn. */
  pages(area: string): AsyncIterable<EntryPage>
  outbox: Outbox
  close(): Promise<void>
}

export interface OutboxStatus {
  readonly lastSeq: number
  /** Where numbers stood when it was opened: what lies above was added since. */
  readonly openedAt: number
  /** Records that the platform does not have. */
  readonly backlog: number
  /** Changes when numbers come to mean other records: after damage, or when an older state was restored. */
  readonly outboxId: string
  /** Outboxes that mean the same up to and including `lastSeq`, the latest first. */
  readonly earlier: readonly { readonly outboxId: string; readonly lastSeq: number }[]
}

/** Something stored was damaged and has been set right, as far as that was possible. */
export interface Repair {
  readonly what: 'database' | 'telemetry' | 'pictures' | 'settings'
  /** In words: what was wrong, and what was done. */
  readonly problem: string
  readonly action: string
  /** Whether something may be lost. */
  readonly isIncomplete: boolean
}

/** Store-and-forward towards the platform, oldest first. */
export interface Outbox {
  /** At most `limit` records above `seq`; with `types` only those. */
  after(seq: number, limit: number, types?: ReadonlySet<string>): Promise<readonly AreaEventRecord[]>
  /**
   * The platform has stored everything up to and including `seq`. The records are kept for some days: a platform
   * that was restored from a backup has forgotten some of them, and gets them again. Answers what it had before.
   */
  acknowledge(seq: number): Promise<{ readonly before: number }>
  /** Deletes everything up to and including `seq`. */
  forget(seq: number): Promise<void>
  /** What lies above `sharedSeq` means other records than the platform has under the same numbers: a new identity. */
  branch(sharedSeq: number): Promise<void>
  status(): Promise<OutboxStatus>
  /** When the oldest record that the platform does not have was added; nothing when there is none. */
  oldestAt(): Promise<number | undefined>
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
  status(): SpoolStatus
}

export interface SpoolStatus {
  /** Not yet shipped. */
  readonly backlogBytes: number
  /** On disk, and how many there may be at most. */
  readonly bytes: number
  readonly capacityBytes: number
  /** Points lost to want of room since the start. */
  readonly dropped: number
}

/** Points that had to make room for newer ones or for events, and when they had come in. */
export interface SpoolDrop {
  readonly lines: number
  readonly from: number
  readonly to: number
  readonly reason: 'spool-full' | 'disk-full'
}

/** What of the spool can make room for what is worth more. */
export interface SpoolRoom {
  /** Drops the oldest telemetry. Answers how many bytes that freed; 0 when there is nothing left to drop. */
  release(): Promise<number>
  /** When the oldest point that waits came in. */
  oldestAt(): Promise<number | undefined>
  /** Called with what was dropped. Answers the way to stop listening. */
  onDropped(listener: (drop: SpoolDrop) => void): () => void
  /** Called when the disk takes points again after it has refused some: whoever has those may be asked again. */
  onWritable(listener: () => void): () => void
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

/** Keeps secrets that the gateway must present itself, such as camera passwords, unreadable on disk. */
export interface SecretBox {
  seal(secret: string, context: string): string
  /** `undefined` for what was sealed with another key or for another context, or never. */
  open(sealed: string, context: string): string | undefined
}

/** A message that goes down to one device now, or not at all. */
export interface DeviceLink {
  /** Resolves when the broker has handed it over; rejects with DEVICE_OFFLINE when the device is not connected. */
  send(deviceId: string, channel: 'command', message: object): Promise<void>
  isConnected(deviceId: string): boolean
  /** Ends the connection of a device that was removed or changed its secret. */
  disconnect(deviceId: string): void
}

/** What the gateway got by enrolling: who it is, where its platform is, and how both know each other. PEM. */
export interface MachineIdentity {
  readonly gatewayId: string
  readonly platformUrl: string
  readonly uplinkUrl: string
  readonly certificate: string
  readonly key: string
  readonly ca: string
}

export interface IdentityStore {
  readonly current: () => MachineIdentity
  /** Resolves when a renewed certificate and its key are on disk, together. */
  replace(renewed: Pick<MachineIdentity, 'certificate' | 'key'>): Promise<void>
  onReplaced(listener: () => void): void
}

export type PlatformMessage = Exclude<UplinkDown, { type: 'welcome' | 'ack' | 'token' | 'renewed' }>

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

/** What is known of a stream that is there. */
export interface StreamFacts {
  /** As in the stream's description, upper-case: `H264`, `H265`, `JPEG`. */
  readonly codec: string
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
  /** Whether a viewer would get the stream. Rejects with CAMERA_STREAM_… when not; takes no media. */
  checkStream(profileToken: string): Promise<StreamFacts>
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

/** What the client certificate of a connection says, after the listener has checked its signature and its dates. */
export interface DeviceCertificate {
  readonly commonName: string
  /** Lower-case hex. */
  readonly serial: string
  /** SHA-256 of the whole certificate, lower-case hex. */
  readonly fingerprint: string
  readonly expiresAt: number
}

/** A secret, or the certificate of the connection. */
export type Credential = string | DeviceCertificate

/**
 * `throttled`: too many failures before this one; the credential was not looked at. `no-list`: the gateway does not
 * know its devices yet, so that nobody can be called unknown.
 */
export type SignInAnswer = 'admitted' | 'refused' | 'throttled' | 'no-list'

/** A newer connection of a device has ended an earlier one. */
export interface TakeOver {
  readonly credential: 'secret' | 'certificate'
  /** Network addresses of the earlier and of the newer connection. */
  readonly addresses: readonly [string, string]
  /** Whether they differ in address or client id. */
  readonly isElsewhere: boolean
  /** Whether the earlier one was answered from the other end when it was ended: no half-open connection. */
  readonly wasAlive: boolean
}

/** What the TLS listeners for devices show, and whom they believe. Both change while they listen. */
export interface ListenerIdentity {
  /** Options of a secure context as it must be now. */
  context(): {
    readonly cert: string
    readonly key: string
    readonly ca: string[]
    readonly minVersion: 'TLSv1.2'
    readonly secureOptions: number
  }
  /** Answers the way to stop listening. */
  onChanged(listener: () => void): () => void
  /** The client certificate of a connection; `invalid` if it has shown one that must not be believed. */
  certificateOf(connection: object): DeviceCertificate | 'invalid' | undefined
}

/** A device as it signs in, and how it speaks. */
export interface Speaker {
  readonly deviceId: string
  /** What stands for it in its topics. */
  readonly topicName: string
  readonly dialect: Dialect
  /** A command as it is to be sent, and the name of its topic where the dialect has one. */
  encode(command: object): { readonly payload: object; readonly name?: string }
}

/** What the broker asks of the house. */
export interface DeviceFront {
  /** Who calls itself so; somebody unknown speaks as the house does. */
  speakerOf(name: string): Speaker
  /** Whether the device is known and the credential is its own. */
  signIn(deviceId: string, credential: Credential, address: string): SignInAnswer
  takenOver(deviceId: string, takeOver: TakeOver): void
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
  /** Milliseconds of a clock that nobody sets, for how long ago something was. */
  uptime?(): number
}

/** The part of pino that the core uses. Never plates, names or secrets. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
