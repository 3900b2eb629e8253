import type { Driver } from './driver.ts'
import type { KnownDevice } from './house.ts'
import type { Clock, StateStore } from './ports.ts'

interface AnnouncerOptions {
  readonly store: Pick<StateStore, 'commit' | 'entries'>
  readonly clock: Clock
}

const stateArea = 'announced'
const devicesPerCommit = 200

/** Tells the platform what each device can do: once, and again when its kind or its driver has changed. */
export function createAnnouncer({ store, clock }: AnnouncerOptions) {
  const announced = new Map<string, string>()

  async function announce(devices: readonly KnownDevice[]) {
    await store.commit({
      state: devices.map(({ desired, driver }) => ({
        area: stateArea,
        key: desired.deviceId,
        value: fingerprintOf(driver),
      })),
      events: devices.map(({ desired, driver }) => ({
        type: 'devices.announced',
        at: clock.now(),
        deviceId: desired.deviceId,
        body: { kind: driver.kind, capabilities: { ...driver.capabilities } },
      })),
    })
    for (const { desired, driver } of devices) announced.set(desired.deviceId, fingerprintOf(driver))
  }

  return {
    async load() {
      for (const [deviceId, print] of await store.entries(stateArea)) announced.set(deviceId, String(print))
    },
    async update(devices: Iterable<KnownDevice>) {
      const news = [...devices].filter(
        ({ desired, driver }) => announced.get(desired.deviceId) !== fingerprintOf(driver),
      )
      for (let from = 0; from < news.length; from += devicesPerCommit) {
        await announce(news.slice(from, from + devicesPerCommit))
      }
    },
    async removed(deviceIds: readonly string[]) {
      const state = deviceIds
        .filter((deviceId) => announced.delete(deviceId))
        .map((key) => ({ area: stateArea, key, value: undefined }))
      if (state.length > 0) await store.commit({ state })
    },
  }
}

export type Announcer = ReturnType<typeof createAnnouncer>

const fingerprints = new WeakMap<Driver, string>()

function fingerprintOf(driver: Driver): string {
  let print = fingerprints.get(driver)
  if (print === undefined) {
    print = `${driver.kind}:${hash(JSON.stringify(driver.capabilities)).toString(36)}`
    fingerprints.set(driver, print)
  }
  return print
}

/** FNV-1a: this only has to notice a change. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value >>> 0
}
