import { Id, type DesiredDevice } from '@gatehouse/platform/contract'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { createCollection } from './collection.ts'
import type { Logger, SecretBox, StateStore } from './ports.ts'

interface StoredDevicesOptions {
  readonly store: Pick<StateStore, 'commit' | 'pages'>
  readonly secrets: SecretBox
  readonly logger: Logger
}

/** What is needed to know a device at all; what it may do was checked when the list came. */
const soundDevice = Compile(Type.Object({ deviceId: Id, kind: Type.String(), name: Type.String() }))

/** The list of devices on disk. Secrets that the gateway must present itself are sealed there. */
export function createStoredDevices({ store, secrets, logger }: StoredDevicesOptions) {
  let lost = 0
  const collection = createCollection<DesiredDevice>({
    store,
    area: 'devices',
    list: 'devices',
    fits: (stored) => soundDevice.Check(stored),
    preserve: ({ secret, ...device }) => ({
      ...device,
      ...(secret !== undefined && { secret: secrets.seal(secret, device.deviceId) }),
    }),
    revive(stored) {
      const { secret: sealed, ...device } = stored as DesiredDevice
      if (sealed === undefined) return device
      const secret = secrets.open(sealed, device.deviceId)
      if (secret !== undefined) return { ...device, secret }
      lost += 1
      return device
    },
  })

  return {
    values: () => collection.values(),
    replace: (devices: readonly DesiredDevice[]) =>
      collection.replace(new Map(devices.map((device) => [device.deviceId, device]))),
    async load() {
      await collection.load()
      if (lost > 0)
        logger.error({ devices: lost }, 'secrets cannot be opened, the key is not the one they were sealed with')
    },
    /** Whether everything that was stored could be read; else the list must be fetched anew. */
    isWhole: () => lost === 0 && collection.isWhole(),
  }
}
