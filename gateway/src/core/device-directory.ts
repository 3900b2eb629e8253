import type { DesiredDevice } from '@gatehouse/platform/contract'
import { Compile, type Validator } from 'typebox/compile'
import { upChannels, type UpChannel } from '../protocol/index.ts'
import type { Driver } from './driver.ts'
import type { Devices, KnownDevice } from './house.ts'
import { serialOf } from './speakers.ts'

export interface DirectoryChange {
  /** New, or changed in any way. */
  readonly changed: readonly KnownDevice[]
  /** Known before with another secret, address or kind, or with a certificate that counts no more. */
  readonly reconnect: readonly string[]
  readonly removed: readonly KnownDevice[]
  readonly failed: readonly { readonly deviceId: string; readonly reason: string }[]
}

export interface DeviceDirectory extends Devices {
  replace(devices: Iterable<DesiredDevice>): DirectoryChange
}

/** The registered devices in memory, each with its driver. A device of an unknown kind is not served. */
export function createDeviceDirectory(drivers: readonly Driver[]): DeviceDirectory {
  const kinds = new Map(drivers.map((driver) => [driver.kind, withWire(driver)]))
  let known: ReadonlyMap<string, KnownDevice> = new Map()
  let bySerial: ReadonlyMap<string, KnownDevice> = new Map()

  return {
    get: (deviceId) => known.get(deviceId),
    named: (name) => known.get(name) ?? bySerial.get(name.toLowerCase()),
    values: () => known.values(),
    replace(devices) {
      const next = new Map<string, KnownDevice>()
      const failed: { deviceId: string; reason: string }[] = []
      for (const desired of devices) {
        const kind = kinds.get(desired.kind)
        if (kind) next.set(desired.deviceId, { desired, ...kind })
        else failed.push({ deviceId: desired.deviceId, reason: `This gateway has no driver for "${desired.kind}"` })
      }
      const before = known
      known = next
      bySerial = serialsOf(next.values())
      const changed = [...next.values()].filter(
        ({ desired }) => !isSame(desired, before.get(desired.deviceId)?.desired),
      )
      return {
        changed,
        reconnect: changed.flatMap(({ desired }) => {
          const earlier = before.get(desired.deviceId)?.desired
          return earlier && isOutdated(earlier, desired) ? [desired.deviceId] : []
        }),
        removed: [...before.values()].filter(({ desired }) => !next.has(desired.deviceId)),
        failed,
      }
    },
  }
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** Whether a connection that was begun by what was known earlier may not go on. A further certificate ends none. */
function isOutdated(earlier: DesiredDevice, desired: DesiredDevice): boolean {
  const kept = new Set(desired.certificates)
  return !isSame(signInOf(desired), signInOf(earlier)) || (earlier.certificates ?? []).some((mark) => !kept.has(mark))
}

/** By serial number in small letters; of two devices with one number the first counts. */
function serialsOf(devices: Iterable<KnownDevice>): Map<string, KnownDevice> {
  const serials = new Map<string, KnownDevice>()
  for (const device of devices) {
    if (device.driver.transport !== 'mqtt' || !device.driver.codec) continue
    const serial = serialOf(device.desired).toLowerCase()
    if (!serials.has(serial)) serials.set(serial, device)
  }
  return serials
}

const signInOf = ({ kind, secret, secretHash, address, username, settings }: DesiredDevice) => [
  settings['sn'],
  kind,
  secret,
  secretHash,
  address,
  username,
]

/** Compiled once for each kind: a check per message must cost next to nothing. */
function withWire(driver: Driver): Omit<KnownDevice, 'desired'> {
  if (driver.transport !== 'mqtt') return { driver }
  const foreign: Partial<Record<UpChannel, Validator>> = {}
  for (const channel of upChannels) {
    const translation = driver.codec?.up[channel]
    if (translation) foreign[channel] = Compile(translation.schema)
  }
  return { driver, wire: { report: Compile(driver.report), event: Compile(driver.event), foreign } }
}
