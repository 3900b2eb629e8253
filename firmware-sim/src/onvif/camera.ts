import { createHash } from 'node:crypto'
import { createEventSource, type EventSource } from './event-source.ts'
import { createHttpDigest, type HttpDigest } from './http-digest.ts'
import { createPanTiltZoom, type PanTiltZoom } from './pan-tilt-zoom.ts'
import { createUsernameTokens, type LoginRefusal, type UsernameTokens } from './username-token.ts'

export interface CameraOptions {
  readonly id: string
  readonly name: string
  readonly username: string
  readonly password: string
  /** Own address of this camera; all of 127.0.0.0/8 is free to use. */
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** How far the camera's clock is ahead. */
  readonly clockSkewMs?: number
  readonly model?: string
  /** Draws the JPEG picture that the camera sees at this time: the true one, however wrong the camera's clock is. */
  readonly snapshot: (at: Date) => Promise<Uint8Array>
}

/** How strict a camera is; the defaults are those of the stricter makers. */
export interface CameraRules {
  /** How far the time of a login may be off the camera's clock. */
  readonly clockWindowMs: number
  /** Refuses a login whose nonce was used before. Off by default, because some clients reuse theirs. */
  readonly rejectReplays: boolean
  readonly maxPullPoints: number
  /** Where the streams of all cameras are asked for; 0 takes a free port. */
  readonly streamPort: number
}

export const defaultRules: CameraRules = {
  clockWindowMs: 5000,
  rejectReplays: false,
  maxPullPoints: 8,
  streamPort: 0,
}

export interface CameraCounts {
  requests: number
  snapshots: number
  /** Streams that were described to somebody who may see them. */
  descriptions: number
  readonly refusals: Partial<Record<LoginRefusal, number>>
}

/** One camera: who it is, what its clock says, what it notices and where it looks. */
export interface Camera {
  readonly options: CameraOptions
  readonly rules: CameraRules
  readonly model: string
  readonly uuid: string
  readonly serialNumber: string
  readonly macAddress: string
  readonly tokens: UsernameTokens
  readonly digest: HttpDigest
  readonly events: EventSource
  readonly ptz: PanTiltZoom
  readonly counts: CameraCounts
  /** By the camera's own clock. */
  now(): number
  clockSkewMs(): number
  setClockSkew(ms: number): void
  /** Set once the camera listens, because its port may be chosen by the system. */
  port: number
  address(path: string): string
  /** Set once streams are served. */
  streamPort: number
  /** Off as after a crash of the encoder: everything else goes on. */
  isStreaming: boolean
}

/** Identity follows from the id alone, so that a camera is the same one after a restart. */
function identify(id: string) {
  const hash = createHash('sha256').update(`camera ${id}`).digest('hex')
  return {
    uuid: hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5'),
    serialNumber: hash.slice(0, 12).toUpperCase(),
    // Locally administered unicast address.
    macAddress: `02${hash.slice(0, 10)}`.replace(/..(?=.)/g, '$&:'),
  }
}

export function createCamera(options: CameraOptions, rules: CameraRules): Camera {
  let skewMs = options.clockSkewMs ?? 0
  const now = () => Date.now() + skewMs
  const camera: Camera = {
    options,
    rules,
    ...identify(options.id),
    model: options.model ?? 'GH-IPC-2',
    tokens: createUsernameTokens(options, rules),
    digest: createHttpDigest(options),
    events: createEventSource(rules.maxPullPoints, now),
    ptz: createPanTiltZoom(),
    counts: { requests: 0, snapshots: 0, descriptions: 0, refusals: {} },
    now,
    clockSkewMs: () => skewMs,
    setClockSkew(ms) {
      skewMs = ms
    },
    port: options.port,
    address: (path) => `http://${options.host}:${String(camera.port)}${path}`,
    streamPort: rules.streamPort,
    isStreaming: true,
  }
  return camera
}
