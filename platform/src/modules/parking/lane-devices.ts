import type { Device, DeviceSetup } from '../../contract/index.ts'

export type Settings = NonNullable<DeviceSetup['settings']>
export type SettingsOf = ReadonlyMap<string, Settings>

export interface Lane {
  readonly device: Device
  readonly direction: 'in' | 'out'
  /** The camera that looks at it. */
  readonly cameraId?: string
}

/** Further away on the plan (its width is 1), a camera looks at something else. */
const nearby = 0.15

const isCamera = ({ capabilities }: Device) => capabilities['snapshot']?.role === 'command'

/** A lane lets cars through: it can open, and notices cars on a loop; or somebody has entered which way it leads. */
const isLane = ({ id, capabilities }: Device, settings: SettingsOf) =>
  (capabilities['open'] !== undefined && capabilities['loop'] !== undefined) ||
  ['in', 'out'].includes(String(settings.get(id)?.['direction']))

const distance = (one: Device, other: Device) =>
  one.position && other.position
    ? Math.hypot(one.position.x - other.position.x, one.position.y - other.position.y)
    : Infinity

/** As entered; else the one at the same place, else the nearest on the plan. */
function cameraOf(lane: Device, cameras: readonly Device[], entered: unknown): string | undefined {
  const named = cameras.find(({ id }) => id === entered)
  const same = lane.place === '' ? undefined : cameras.find(({ place }) => place === lane.place)
  const [nearest] = cameras
    .map((camera) => ({ camera, away: distance(lane, camera) }))
    .filter(({ away }) => away <= nearby)
    .sort((a, b) => a.away - b.away)
  return (named ?? same ?? nearest?.camera)?.id
}

/** The lanes among the devices of a compound. */
export function lanesAmong(devices: readonly Device[], settings: SettingsOf): Lane[] {
  const cameras = devices.filter(isCamera)
  return devices
    .filter((device) => isLane(device, settings))
    .map((device) => {
      const entered = settings.get(device.id)
      const cameraId = cameraOf(device, cameras, entered?.['camera'])
      const direction = entered?.['direction'] === 'out' ? 'out' : 'in'
      return { device, direction, ...(cameraId !== undefined && { cameraId }) }
    })
}
