import type { DesiredDevice } from '@gatehouse/platform/contract'
import { createAccessArea } from './areas/access/access.ts'
import { createBroadcastArea } from './areas/broadcast/broadcast.ts'
import { createLinkageArea } from './areas/linkage/linkage.ts'
import { ParkingArea } from './areas/parking/parking.ts'
import { createSensorsArea } from './areas/sensors/sensors.ts'
import { createVideoArea } from './areas/video/video.ts'
import { createAnnouncer } from './core/announcer.ts'
import { Background } from './core/background.ts'
import { createClockWatch } from './core/clock-watch.ts'
import { CommandDesk } from './core/command-desk.ts'
import { createCommandJournal } from './core/command-journal.ts'
import { createDesiredState, type DesiredAppliers } from './core/desired-state.ts'
import { createDeviceDirectory } from './core/device-directory.ts'
import { DeviceHub } from './core/device-hub.ts'
import { createDeviceRegister, type DeviceRegister } from './core/device-register.ts'
import type { Driver } from './core/driver.ts'
import { createDispatcher, type House } from './core/house.ts'
import { createPlatformInbox } from './core/platform-inbox.ts'
import type {
  Clock,
  DeviceLink,
  Logger,
  MediaStore,
  OnvifConnect,
  PlatformLink,
  StateStore,
  TelemetrySpool,
} from './core/ports.ts'
import { createPresence } from './core/presence.ts'
import { createSessions } from './core/sessions.ts'

export interface EdgeParts {
  readonly drivers: readonly Driver[]
  readonly store: StateStore
  readonly spool: Pick<TelemetrySpool, 'append'>
  readonly media: Pick<MediaStore, 'put'>
  readonly link: DeviceLink
  readonly platform: Pick<PlatformLink, 'sendReadings'>
  readonly onvifConnect: OnvifConnect
  readonly isSecretOf: (secret: string, device: DesiredDevice) => boolean
  readonly onLaneDecided: (tookMs: number) => void
  readonly silentAfterMs: number
  readonly clock: Clock
  readonly logger: Logger
}

/** How often silence is looked for: late by a small part of the limit at most. */
const sweepEveryMs = (silentAfterMs: number) => Math.min(5_000, silentAfterMs / 5)

/** Everything of the gateway that decides, without a single socket or file. */
export function createEdge(parts: EdgeParts) {
  const { store, clock, logger, link } = parts
  const stopping = new AbortController()
  const background = new Background()
  const directory = createDeviceDirectory(parts.drivers)
  const presence = createPresence({ store, clock, logger, silentAfterMs: parts.silentAfterMs })
  const clocks = createClockWatch({ store, clock, logger })
  const sessions = createSessions({
    connect: parts.onvifConnect,
    hostOf: (deviceId) => hub.hostOf(deviceId),
    onOnline: (deviceId, online) => (online ? presence.reached(deviceId) : presence.unreachable(deviceId)),
    onClockDrift: (deviceId, offsetMs) => clocks.drifted(deviceId, offsetMs),
    logger,
  })
  const commands = new CommandDesk({ devices: directory, link, sessions, clockOffsetOf: clocks.offsetOf, clock })
  const house: House = {
    clock,
    logger,
    store,
    devices: directory,
    stopping: stopping.signal,
    background,
    order: createOrders(commands, clock),
  }
  const areas = createAreas(house, parts.onLaneDecided)
  const { dispatch } = areas
  const hub: DeviceHub = new DeviceHub({ ...parts, devices: directory, presence, clocks, commands, dispatch })
  const journal = createCommandJournal({ store, clock })
  const announcer = createAnnouncer({ store, clock })
  const register = createDeviceRegister({ store, directory, announcer, presence, clocks, hub, sessions, link })
  const { parking, access, broadcast } = areas
  const desired = createDesiredState({ store, clock, logger, appliers: appliersOf(register, areas) })
  const isCalled = (deviceId: string) => directory.get(deviceId)?.driver.transport === 'onvif'
  const sweep = setInterval(() => presence.sweep(isCalled), sweepEveryMs(parts.silentAfterMs))

  return {
    hub,
    presence,
    desired,
    inbox: createPlatformInbox({
      ...{ commands, journal, desired, store, background, clock, logger },
      announce: (job) => broadcast.announce(job),
    }),
    /** What must be known before the first device may sign in. */
    loadDevices: () => Promise.all([desired.load(), journal.load(), register.load()]),
    /** What decisions need; they wait for it. */
    loadAreas: () => Promise.all([parking.load(), access.load()]),
    /** Nobody is kept waiting any more. Resolves when what was under way is on disk. */
    async stop() {
      clearInterval(sweep)
      stopping.abort()
      hub.stop()
      commands.stop()
      await background.settled()
    },
    async close() {
      await sessions.close()
      await background.settled()
    },
  }
}

export type Edge = ReturnType<typeof createEdge>

const appliersOf = (register: DeviceRegister, { parking, access }: Areas): DesiredAppliers => ({
  devices: (body) => register.apply(body),
  parking: (body) => parking.applyDesired(body),
  access: (body) => access.applyDesired(body),
})

type Areas = ReturnType<typeof createAreas>

function createAreas(house: House, onLaneDecided: (tookMs: number) => void) {
  const parking = new ParkingArea(house, onLaneDecided)
  const access = createAccessArea(house)
  const broadcast = createBroadcastArea(house)
  // Linkage first: nothing may stand before the way out.
  const listening = [
    createLinkageArea(house),
    createSensorsArea(house),
    parking,
    access,
    broadcast,
    createVideoArea(house),
  ]
  return { parking, access, broadcast, dispatch: createDispatcher(listening.map(({ signals }) => signals)) }
}

/** An order of the gateway itself is a command like any other. */
const createOrders =
  (commands: CommandDesk, clock: Clock): House['order'] =>
  ({ deviceId, name, args = {}, timeoutMs }) => {
    const commandId = `gateway-${crypto.randomUUID()}`
    return commands.run({ commandId, deviceId, name, args, expiresAt: clock.now() + timeoutMs })
  }
