import type { DesiredBody } from '@gatehouse/platform/contract'
import type { Announcer } from './announcer.ts'
import type { ClockWatch } from './clock-watch.ts'
import type { ApplyFailure } from './desired-state.ts'
import type { DeviceDirectory, DirectoryChange } from './device-directory.ts'
import type { DeviceHub } from './device-hub.ts'
import type { Doorkeeper } from './doorkeeper.ts'
import type { DeviceLink, Logger, SecretBox, StateStore } from './ports.ts'
import type { Presence } from './presence.ts'
import type { Sessions } from './sessions.ts'
import { createStoredDevices } from './stored-devices.ts'

interface DeviceRegisterOptions {
  readonly store: Pick<StateStore, 'commit' | 'entries' | 'pages'>
  readonly directory: DeviceDirectory
  readonly announcer: Announcer
  readonly presence: Presence
  readonly clocks: ClockWatch
  readonly hub: Pick<DeviceHub, 'forget'>
  readonly sessions: Pick<Sessions, 'start' | 'stop'>
  readonly link: Pick<DeviceLink, 'disconnect'>
  readonly doorkeeper: Pick<Doorkeeper, 'removed'>
  readonly secrets: SecretBox
  /** Told whose certificates of devices to believe: PEM, or nobody's. */
  readonly onAuthority: (ca: string | undefined) => void
  readonly logger: Logger
}

const authorityArea = 'device-authority'

/** Which devices belong to the gateway: keeps the list, and lets everybody know who comes, changes and goes. */
export function createDeviceRegister(options: DeviceRegisterOptions) {
  const { store, directory, announcer, presence, clocks, hub, sessions, link, onAuthority } = options
  const stored = createStoredDevices(options)
  let authority: string | undefined

  async function follow({ changed, reconnect, removed }: DirectoryChange) {
    for (const { desired } of removed) {
      const { deviceId } = desired
      link.disconnect(deviceId)
      presence.removed(deviceId)
      clocks.removed(deviceId)
      hub.forget(deviceId)
      options.doorkeeper.removed(deviceId)
    }
    for (const deviceId of reconnect) link.disconnect(deviceId)
    const affected = [...removed, ...changed]
    await Promise.all(affected.map(({ desired }) => sessions.stop(desired.deviceId)))
    for (const device of changed) sessions.start(device)
    await announcer.removed(removed.map(({ desired }) => desired.deviceId))
    await announcer.update(directory.values())
  }

  /** Connections that another authority has vouched for end; they may come back if the new one does, too. */
  async function trust(ca: string | undefined) {
    if (ca === authority) return
    onAuthority(ca)
    await store.commit({ state: [{ area: authorityArea, key: 'ca', value: ca }] })
    const isReplaced = authority !== undefined
    authority = ca
    if (!isReplaced) return
    for (const { desired } of directory.values()) if (desired.certificates) link.disconnect(desired.deviceId)
  }

  return {
    /** Makes the stored devices known, so that they can sign in. */
    async load() {
      await Promise.all([stored.load(), announcer.load(), presence.load(), clocks.load()])
      const ca = (await store.entries(authorityArea)).get('ca')
      authority = typeof ca === 'string' ? ca : undefined
      onAuthority(authority)
      await follow(directory.replace(stored.values()))
    },
    isWhole: () => stored.isWhole(),
    async apply({ devices, ca }: DesiredBody<'devices'>): Promise<readonly ApplyFailure[]> {
      await stored.replace(devices)
      await trust(ca)
      const change = directory.replace(stored.values())
      await follow(change)
      return change.failed
    },
  }
}

export type DeviceRegister = ReturnType<typeof createDeviceRegister>
