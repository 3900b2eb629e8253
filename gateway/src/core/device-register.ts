import type { DesiredBody, DesiredDevice } from '@gatehouse/platform/contract'
import type { Announcer } from './announcer.ts'
import type { ClockWatch } from './clock-watch.ts'
import { createCollection } from './collection.ts'
import type { ApplyFailure } from './desired-state.ts'
import type { DeviceDirectory, DirectoryChange } from './device-directory.ts'
import type { DeviceHub } from './device-hub.ts'
import type { DeviceLink, StateStore } from './ports.ts'
import type { Presence } from './presence.ts'
import type { Sessions } from './sessions.ts'

interface DeviceRegisterOptions {
  readonly store: Pick<StateStore, 'commit' | 'entries'>
  readonly directory: DeviceDirectory
  readonly announcer: Announcer
  readonly presence: Presence
  readonly clocks: ClockWatch
  readonly hub: Pick<DeviceHub, 'forget'>
  readonly sessions: Pick<Sessions, 'start' | 'stop'>
  readonly link: Pick<DeviceLink, 'disconnect'>
}

/** Which devices belong to the gateway: keeps the list, and lets everybody know who comes, changes and goes. */
export function createDeviceRegister(options: DeviceRegisterOptions) {
  const { directory, announcer, presence, clocks, hub, sessions, link } = options
  const collection = createCollection<DesiredDevice>({ store: options.store, area: 'devices' })

  async function follow({ changed, reconnect, removed }: DirectoryChange) {
    for (const { desired } of removed) {
      const { deviceId } = desired
      link.disconnect(deviceId)
      presence.removed(deviceId)
      clocks.removed(deviceId)
      hub.forget(deviceId)
    }
    for (const deviceId of reconnect) link.disconnect(deviceId)
    const affected = [...removed, ...changed]
    await Promise.all(affected.map(({ desired }) => sessions.stop(desired.deviceId)))
    for (const device of changed) sessions.start(device)
    await announcer.removed(removed.map(({ desired }) => desired.deviceId))
    await announcer.update(directory.values())
  }

  return {
    /** Makes the stored devices known, so that they can sign in. */
    async load() {
      await Promise.all([collection.load(), announcer.load(), presence.load(), clocks.load()])
      await follow(directory.replace(collection.values()))
    },
    async apply({ devices }: DesiredBody<'devices'>): Promise<readonly ApplyFailure[]> {
      await collection.replace(new Map(devices.map((device) => [device.deviceId, device])))
      const change = directory.replace(collection.values())
      await follow(change)
      return change.failed
    },
  }
}

export type DeviceRegister = ReturnType<typeof createDeviceRegister>
