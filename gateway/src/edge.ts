import type { DesiredDevice } from '@gatehouse/platform/contract'
import { createAccessArea } from './areas/access/access.ts'
import { createBroadcastArea } from './areas/broadcast/broadcast.ts'
import { createLinkageArea } from './areas/linkage/linkage.ts'
import { createParkingArea, type ParkingArea } from './areas/parking/parking.ts'
import { createSensorsArea } from './areas/sensors/sensors.ts'
import { createVideoArea } from './areas/video/video.ts'
import { createAnnouncer } from './core/announcer.ts'
import { Background } from './core/background.ts'
import { createClockWatch, type ClockWatch } from './core/clock-watch.ts'
import { CommandDesk } from './core/command-desk.ts'
import { createCommandJournal } from './core/command-journal.ts'
import { createContinuity } from './core/continuity.ts'
import { createDesiredState, type DesiredAppliers, type DesiredState } from './core/desired-state.ts'
import { createDeviceDirectory } from './core/device-directory.ts'
import { DeviceHub } from './core/device-hub.ts'
import { createDeviceRegister, type DeviceRegister } from './core/device-register.ts'
import { createDoorkeeper } from './core/doorkeeper.ts'
import type { Driver } from './core/driver.ts'
import { createDispatcher, type Devices, type House } from './core/house.ts'
import { createPlatformInbox } from './core/platform-inbox.ts'
import type {
  Clock,
  DeviceLink,
  Logger,
  MediaStore,
  OnvifConnect,
  PlatformLink,
  SecretBox,
  StateStore,
  TelemetrySpool,
} from './core/ports.ts'
import { createPresence, type Presence } from './core/presence.ts'
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
  readonly secrets: SecretBox
  /** Told whose certificates of devices to believe: PEM, or nobody's. */
  readonly onAuthority: (ca: string | undefined) => void
  readonly onLaneDecided: (tookMs: number) => void
  readonly silentAfterMs: number
  readonly clock: Clock
  readonly logger: Logger
}

const tickEveryMs = 1000
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
  const continuity = createContinuity({ store, clock, logger })
  const sessions = createSessions({
    connect: parts.onvifConnect,
    hostOf: (deviceId) => hub.hostOf(deviceId),
    ...followSessions(presence, clocks),
    logger,
  })
  const commands = new CommandDesk({ devices: directory, link, sessions, clockOffsetOf: clocks.offsetOf, clock })
  const house: House = {
    ...{ clock, logger, store, background },
    devices: directory,
    clockOffsetOf: clocks.measuredOffsetOf,
    stopping: stopping.signal,
    order: createOrders(commands, clock),
  }
  const areas = createAreas(house, parts.onLaneDecided)
  const { dispatch, broadcast, parking } = areas
  const doorkeeper = createDoorkeeper({ ...parts, devices: directory, hasList: () => 'devices' in desired.revisions() })
  const watching = { presence, clocks, continuity }
  const hub: DeviceHub = new DeviceHub({ ...parts, ...watching, devices: directory, commands, dispatch, doorkeeper })
  const journal = createCommandJournal({ store, clock })
  const announcer = createAnnouncer({ store, clock })
  const told = { announcer, presence, clocks, hub, sessions, doorkeeper }
  const register = createDeviceRegister({ ...parts, ...told, directory })
  const desired = createDesiredState({ store, clock, logger, appliers: appliersOf(register, areas) })
  const regularly = [sweepRegularly(presence, directory, parts.silentAfterMs), tickRegularly(house, parking)]

  return {
    ...{ hub, presence, continuity, desired, parking },
    inbox: createPlatformInbox({
      ...{ commands, journal, desired, store, background, clock, logger },
      announce: (job) => broadcast.announce(job),
      raiseLane: (order) => parking.raise(order),
      claimLane: (order) => parking.claim(order),
    }),
    /** What must be known before the first device may sign in. */
    async loadDevices() {
      await Promise.all([desired.load(), journal.load(), continuity.load(), register.load()])
      if (!register.isWhole()) desired.forget('devices')
    },
    /** What decisions need; they wait for it. */
    loadAreas: () => loadLists(areas, desired),
    /** Nobody is kept waiting any more. Resolves when what was under way is on disk. */
    async stop() {
      for (const stop of regularly) stop()
      stopping.abort()
      hub.stop()
      commands.stop()
      await background.settled()
    },
    async close() {
      await sessions.close()
      await background.settled()
      await continuity.close()
    },
  }
}

export type Edge = ReturnType<typeof createEdge>

const followSessions = (presence: Presence, clocks: ClockWatch) => ({
  onOnline: (deviceId: string, online: boolean) =>
    online ? presence.reached(deviceId) : presence.unreachable(deviceId),
  onClockDrift: (deviceId: string, offsetMs: number) => clocks.drifted(deviceId, offsetMs),
})

/** Devices that we call ourselves never speak by themselves. */
function sweepRegularly(presence: Presence, devices: Devices, silentAfterMs: number) {
  const isCalled = (deviceId: string) => devices.get(deviceId)?.driver.transport === 'onvif'
  const timer = setInterval(() => presence.sweep(isCalled), sweepEveryMs(silentAfterMs))
  return () => clearInterval(timer)
}

/** What time alone changes at the lanes, such as a queue that has stood for too long. */
function tickRegularly({ background, logger }: House, parking: ParkingArea) {
  let isTicking = false
  const tick = () => {
    if (isTicking) return
    isTicking = true
    const ticked = parking
      .tick()
      .catch((error: unknown) => logger.error({ err: error }, 'lanes could not be looked after'))
      .finally(() => (isTicking = false))
    background.add(ticked)
  }
  const timer = setInterval(tick, tickEveryMs)
  return () => clearInterval(timer)
}

const appliersOf = (register: DeviceRegister, { parking, access }: Areas): DesiredAppliers => ({
  devices: (body) => register.apply(body),
  parking: (body) => parking.applyDesired(body),
  payments: (body) => parking.applyPayments(body),
  access: (body) => access.applyDesired(body),
})

type Areas = ReturnType<typeof createAreas>

/** What no longer fits is asked for anew. */
async function loadLists({ parking, access }: Areas, desired: DesiredState) {
  await Promise.all([parking.load(), access.load()])
  if (!parking.isWhole('parking')) desired.forget('parking')
  if (!parking.isWhole('payments')) desired.forget('payments')
  if (!access.isWhole()) desired.forget('access')
}

function createAreas(house: House, onLaneDecided: (tookMs: number) => void) {
  const parking = createParkingArea(house, onLaneDecided)
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
