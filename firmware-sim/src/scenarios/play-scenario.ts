import type { DeviceTls } from '../core/device-tls.ts'
import { planFaults } from '../core/faults.ts'
import type { Logger } from '../core/logger.ts'
import { createPictureUpload } from '../core/media-uploader.ts'
import type { Random } from '../core/seeded-random.ts'
import { startCamerasOf } from './cameras-of.ts'
import { enact, type Stage, type StagedDevice } from './enact.ts'
import { startFleet, type Fleet, type GatewayAddress } from './fleet.ts'
import type { Happening, Scenario, ScenarioCompound } from './scenario.ts'
import { createSights } from './sights.ts'
import { gapMs, trafficOf, type Stream } from './traffic.ts'

const connectionCheckMs = 200

export interface PlayOptions {
  readonly scenario: Scenario
  readonly random: Random
  readonly logger: Logger
  readonly gatewayOf: (compound: ScenarioCompound) => GatewayAddress
  readonly secretOf: (deviceId: string) => string
  /** What each device needs where the gateway listens with TLS. */
  readonly tlsOf?: ((deviceId: string) => DeviceTls) | undefined
  readonly firstCameraPort?: number
  readonly isDiscoverable?: boolean
  /** Told of everything that happens. */
  readonly onHappening?: (happening: Happening) => void
}

export interface Play {
  readonly devices: number
  /** ONVIF address of a camera; other devices have none. */
  readonly addressOf: (deviceId: string) => string | undefined
  close(): Promise<void>
}

/** Timers that all end with the play. */
function createSchedule(): Schedule {
  const timers = new Set<NodeJS.Timeout>()
  return {
    later(ms: number, action: () => void) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        action()
      }, ms)
      timers.add(timer)
    },
    end: () => timers.forEach((timer) => clearTimeout(timer)),
  }
}
type Later = (ms: number, action: () => void) => void
interface Schedule {
  readonly later: Later
  readonly end: () => void
}

function stageDevices({ compounds }: Scenario): Map<string, StagedDevice> {
  return new Map(
    compounds.flatMap((compound) => {
      const sights = createSights(compound)
      return compound.devices.map((device) => [device.deviceId, { device, compound, sights }] as const)
    }),
  )
}

const hourIn = (timeZone: string) => {
  const format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone })
  return () => Number(format.format(Date.now()))
}

function flow(stream: Stream, random: Random, { later, hour, act }: { later: Later; hour: () => number; act: Act }) {
  const wait = () =>
    later(gapMs(random, stream.perHour, hour()), () => {
      const happening = stream.next()
      if (happening) act(happening)
      wait()
    })
  wait()
}
type Act = (happening: Happening) => void

/** Everyday traffic starts after the staged opening. */
function scheduleAll({ scenario, random }: PlayOptions, later: Later, act: Act) {
  const { compounds, happenings, faultsPerHour = 0 } = scenario
  for (const happening of happenings) later(happening.atSeconds * 1000, () => act(happening))
  const openingMs = Math.max(0, ...happenings.map(({ atSeconds }) => atSeconds * 1000))
  for (const compound of compounds) {
    const own = random.fork(`traffic of ${compound.compoundId}`)
    const hour = hourIn(compound.timeZone)
    later(openingMs, () => {
      trafficOf(compound, own).forEach((stream, index) => flow(stream, own.fork(`gaps ${index}`), { later, hour, act }))
    })
  }
  if (faultsPerHour === 0) return
  const deviceIds = compounds.flatMap(({ devices }) => devices.map(({ deviceId }) => deviceId))
  const planHour = (hour: number) => {
    for (const { atSeconds, ...planned } of planFaults(random.fork(`faults of hour ${hour}`), deviceIds, {
      count: Math.round(faultsPerHour),
      withinSeconds: 3600,
    }))
      later(atSeconds * 1000, () => act({ type: 'fault', atSeconds, ...planned }))
    later(3_600_000, () => planHour(hour + 1))
  }
  planHour(0)
}

/** The street waits for its gateway: what nobody can hear would only be history. */
function whenConnected(fleet: Fleet, later: Later, start: () => void) {
  const devices = [...fleet.all.values()]
  const isReady = devices.length === 0 || devices.some((device) => device.isConnected())
  if (isReady) start()
  else later(connectionCheckMs, () => whenConnected(fleet, later, start))
}

/** Starts every device of the scenario and lets things happen until it is closed. */
export async function playScenario(options: PlayOptions): Promise<Play> {
  const { scenario, random, logger, gatewayOf, secretOf, tlsOf, firstCameraPort = 0, isDiscoverable = false } = options
  const staged = stageDevices(scenario)
  const cameras = await startCamerasOf({
    devices: staged.values(),
    secretOf,
    logger,
    firstPort: firstCameraPort,
    isDiscoverable,
  })
  const fleet = startFleet({ scenario, random: random.fork('devices'), logger, gatewayOf, secretOf, tlsOf })
  const schedule = createSchedule()
  const uploadPicture = createPictureUpload(logger)
  const stage: Stage = {
    fleet,
    cameras,
    random: random.fork('stage'),
    deviceOf: (deviceId) => staged.get(deviceId),
    async upload(deviceId, picture) {
      const at = staged.get(deviceId)
      if (!at) return undefined
      const credentials = { secret: secretOf(deviceId), tls: tlsOf?.(deviceId) }
      return uploadPicture({ deviceId, ...credentials, gateway: gatewayOf(at.compound).http, picture })
    },
    later: schedule.later,
  }
  const act: Act = (happening) => {
    options.onHappening?.(happening)
    enact(happening, stage)
  }
  whenConnected(fleet, schedule.later, () => scheduleAll(options, schedule.later, act))
  return {
    devices: staged.size,
    addressOf: (deviceId) => (staged.get(deviceId)?.device.kind === 'camera' ? cameras.addressOf(deviceId) : undefined),
    async close() {
      schedule.end()
      await Promise.all([fleet.close(), cameras.close()])
    },
  }
}
