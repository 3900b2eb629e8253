import { createCamera, defaultRules, type Camera, type CameraOptions, type CameraRules } from './camera.ts'
import { startCameraServer, type CameraServer } from './camera-server.ts'
import { startDiscovery, type Discovery, type DiscoveryOptions } from './discovery.ts'
import { startRtspServer, type RtspServer } from './rtsp-server.ts'
import { serviceList } from './service-list.ts'
import type { CameraEvent } from './topics.ts'
import type { LoginRefusal } from './username-token.ts'

export interface CamerasOptions {
  readonly cameras: readonly CameraOptions[]
  /** Without it, or with `false`, the cameras are reached by their address only. */
  readonly discovery?: DiscoveryOptions | false
  readonly rules?: Partial<CameraRules>
  /** Told when a camera could not do something, for example draw its picture. */
  readonly onError?: (error: unknown, cameraId: string) => void
}

export interface CameraStatus {
  readonly id: string
  readonly address: string
  readonly requests: number
  readonly snapshots: number
  readonly descriptions: number
  readonly refusals: Readonly<Partial<Record<LoginRefusal, number>>>
  readonly pullPoints: number
  readonly clockSkewMs: number
}

export interface Cameras {
  /** `http://host:port/onvif/device_service` */
  addressOf(cameraId: string): string
  /** Sets a state such as motion, or lets something happen such as a crossed line. */
  trigger(cameraId: string, event: CameraEvent, active: boolean): void
  setClockSkew(cameraId: string, ms: number): void
  /** A camera whose stream is off still answers everything else. */
  setStream(cameraId: string, isOn: boolean): void
  status(): readonly CameraStatus[]
  close(): Promise<void>
}

const statusOf = (camera: Camera): CameraStatus => ({
  id: camera.options.id,
  address: camera.address(serviceList.device.path),
  requests: camera.counts.requests,
  snapshots: camera.counts.snapshots,
  descriptions: camera.counts.descriptions,
  refusals: { ...camera.counts.refusals },
  pullPoints: camera.events.pullPointCount(),
  clockSkewMs: camera.clockSkewMs(),
})

/** Starts all or none: what already listens is closed again when one address is taken. */
async function startServers(cameras: readonly Camera[], options: CamerasOptions): Promise<readonly CameraServer[]> {
  const onError = (error: unknown, camera: Camera) => options.onError?.(error, camera.options.id)
  const outcomes = await Promise.allSettled(cameras.map((camera) => startCameraServer(camera, onError)))
  const servers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const failed = outcomes.findIndex(({ status }) => status === 'rejected')
  const camera = cameras[failed]
  if (!camera) return servers
  await Promise.all(servers.map((server) => server.close()))
  const { id, host, port } = camera.options
  const cause = outcomes.find((outcome) => outcome.status === 'rejected')?.reason as unknown
  throw new Error(`Camera ${id} cannot listen on ${host}:${String(port)}: choose an address that is free`, { cause })
}

async function startStreams(cameras: readonly Camera[], port: number): Promise<RtspServer> {
  const streams = await startRtspServer(cameras, port)
  for (const camera of cameras) camera.streamPort = streams.port
  return streams
}

/** Simulated ONVIF cameras, each on its own address: services, events, pictures and discovery. */
export async function startCameras(options: CamerasOptions): Promise<Cameras> {
  const rules = { ...defaultRules, ...options.rules }
  const cameras = new Map(options.cameras.map((camera) => [camera.id, createCamera(camera, rules)]))
  const all = [...cameras.values()]
  if (all.length < options.cameras.length) throw new Error('Two cameras have the same id: give each its own')
  const servers: { close(): Promise<void> }[] = [...(await startServers(all, options))]
  const closeServers = () => Promise.all(servers.map((server) => server.close()))
  let discovery: Discovery | undefined
  try {
    if (all.length > 0) servers.push(await startStreams(all, rules.streamPort))
    discovery = options.discovery ? await startDiscovery(all, options.discovery) : undefined
  } catch (error) {
    await closeServers()
    throw error
  }
  const closeAll = async () => {
    await discovery?.close()
    await closeServers()
  }
  let closing: Promise<void> | undefined
  const cameraOf = (cameraId: string) => {
    const camera = cameras.get(cameraId)
    if (!camera) throw new Error(`There is no camera ${cameraId}`)
    return camera
  }
  return {
    addressOf: (cameraId) => cameraOf(cameraId).address(serviceList.device.path),
    trigger: (cameraId, event, active) => cameraOf(cameraId).events.trigger(event, active),
    setClockSkew: (cameraId, ms) => cameraOf(cameraId).setClockSkew(ms),
    setStream(cameraId, isOn) {
      cameraOf(cameraId).isStreaming = isOn
    },
    status: () => all.map(statusOf),
    close: () => (closing ??= closeAll()),
  }
}
