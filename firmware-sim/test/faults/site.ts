import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listDevices, listGateways, signIn, type Device, type Gateway } from '@gatehouse/platform/contract'
import { startInfluxd, type Influxd } from '../../../platform/test/influxd.ts'
import { startPostgres, type Postgres } from '../../../platform/test/postgres.ts'
import type { Random } from '../../src/core/seeded-random.ts'
import { ApiError } from '../house/client.ts'
import { adminPassword, startHouse, type House, type PlatformPorts } from '../house/house.ts'
import { openCentre, type Centre } from './centre.ts'
import { makeDisk, type Disk } from './disks.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'
import { balance, type Balance } from './ledger.ts'
import { startStream, SteadyDevice } from './steady-device.ts'
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts'

export interface SiteOptions {
  /** Where telemetry goes. */
  readonly telemetry?: 'influxdb' | 'embedded'
  readonly database?: 'sqlite' | 'postgres'
  /** Both servers on disks that can be filled. */
  readonly smallDisks?: boolean
  /** Both servers with clocks that can be moved. */
  readonly movableClocks?: boolean
  readonly devices?: number
  readonly messagesPerSecond?: number
}

/** A compound under load whose every wire, disk, clock and process is in the hands of the test. */
export interface Site {
  readonly house: House
  readonly influx: Influxd | undefined
  readonly devices: readonly SteadyDevice[]
  readonly stream: ReturnType<typeof startStream>
  readonly centre: Centre
  readonly wires: Readonly<Record<'devices' | 'uplink' | 'telemetry', TcpProxy>>
  readonly disks: Readonly<Record<'gateway' | 'platform', Disk>> | undefined
  readonly clocks: Readonly<Record<'gateway' | 'platform', FakeClock>> | undefined
  readonly folders: Readonly<Record<'gateway' | 'platform', string>>
  /** What people are told; rejects while the platform does not answer. */
  gateway(): Promise<Gateway>
  listDevices(): Promise<readonly Device[]>
  /** What was promised against what is there. */
  balance(): Promise<Balance>
  close(): Promise<void>
}

/** Ten times as quick as in the field, so that a round takes seconds; every limit scales with these. */
export const haste = { keepAliveS: 2, gatewaySilentS: 5, deviceSilentS: 5, influxTimeoutS: 2 }
/** Where a fault asks for no more: enough that each strike finds messages under way. */
const usualPerSecond = 120
const diskBytes = 96 * 1024 * 1024

const hasteOf = {
  gateway: {
    GATEHOUSE_UPLINK_KEEPALIVE_S: String(haste.keepAliveS),
    GATEHOUSE_SILENT_AFTER_S: String(haste.deviceSilentS),
    INFLUX_TIMEOUT_S: String(haste.influxTimeoutS),
  },
  platform: { GATEHOUSE_GATEWAY_SILENT_S: String(haste.gatewaySilentS) },
}

type Closer = () => unknown

/** Opens what lies around the two servers. */
async function openSurroundings(options: SiteOptions, random: Random, onClose: (closer: Closer) => void) {
  const data = await mkdtemp(join(tmpdir(), 'gatehouse-faults-'))
  onClose(() => rm(data, { recursive: true, force: true }))
  const folders = { gateway: join(data, 'gateway'), platform: join(data, 'platform') }
  const disks = options.smallDisks
    ? { gateway: makeDisk(folders.gateway, diskBytes), platform: makeDisk(folders.platform, diskBytes) }
    : undefined
  onClose(() => [disks?.gateway.close(), disks?.platform.close()])
  const clocks = options.movableClocks
    ? { gateway: createFakeClock(join(data, 'gateway.clock')), platform: createFakeClock(join(data, 'platform.clock')) }
    : undefined
  const influx = options.telemetry === 'embedded' ? undefined : await startInfluxd()
  onClose(() => influx?.stop())
  const postgres: Postgres | undefined = options.database === 'postgres' ? await startPostgres() : undefined
  onClose(() => postgres?.stop())
  const postgresUrl = await postgres?.createDatabase()

  const targets = { devices: 0, uplink: 0, telemetry: influx ? Number(new URL(influx.url).port) : 0 }
  const wire = async (name: keyof typeof targets) => {
    const proxy = await openTcpProxy(() => targets[name], random.fork(name))
    onClose(() => proxy.close())
    return proxy
  }
  const wires = { devices: await wire('devices'), uplink: await wire('uplink'), telemetry: await wire('telemetry') }
  return { data, folders, disks, clocks, influx, postgresUrl, targets, wires }
}
type Surroundings = Awaited<ReturnType<typeof openSurroundings>>

/** The gateway finds everything through our wires. */
function wayOut({ targets, wires, influx, clocks }: Surroundings, { httpPort, uplinkPort }: PlatformPorts) {
  targets.uplink = uplinkPort
  if (!influx) targets.telemetry = httpPort
  const telemetry = `http://127.0.0.1:${wires.telemetry.port}`
  return {
    ...hasteOf.gateway,
    ...clocks?.gateway.env,
    GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${wires.uplink.port}`,
    ...(influx ? { INFLUX_URL: telemetry } : { GATEHOUSE_PLATFORM_URL: telemetry }),
  }
}

function startHouseIn(surroundings: Surroundings, deviceIds: readonly string[]): Promise<House> {
  const { data, influx, postgresUrl, clocks } = surroundings
  return startHouse({
    data,
    devices: Object.fromEntries(deviceIds.map((id) => [id, { kind: 'barrier', settings: { direction: 'in' } }])),
    env: influx ? { INFLUX_URL: influx.url, INFLUX_FLAVOUR: 'v1', INFLUX_DB: 'gatehouse' } : {},
    platformEnv: {
      ...hasteOf.platform,
      ...(postgresUrl !== undefined && { DATABASE_URL: postgresUrl }),
      ...clocks?.platform.env,
    },
    gatewayEnv: (ports) => wayOut(surroundings, ports),
  })
}

/** A clock that jumps ends sessions; whoever asks signs in again. */
async function signedIn<T>({ admin }: House, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
    await admin.call(signIn, { body: { username: 'admin', password: adminPassword } })
    return ask()
  }
}

/** Starts a house under load. Whatever fails on the way is closed again. */
export async function startSite(options: SiteOptions, random: Random): Promise<Site> {
  const closers: Closer[] = []
  async function close() {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    return { ...(await open(options, random, (closer) => closers.push(closer))), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function open(options: SiteOptions, random: Random, onClose: (closer: Closer) => void) {
  const surroundings = await openSurroundings(options, random, onClose)
  const { folders, influx, postgresUrl, wires } = surroundings
  const deviceIds = Array.from({ length: options.devices ?? 8 }, (_, index) => `lane-${index}`)
  const house = await startHouseIn(surroundings, deviceIds)
  onClose(() => house.close())
  surroundings.targets.devices = house.mqttPort()
  const devices = deviceIds.map(
    (deviceId) => new SteadyDevice({ deviceId, port: () => wires.devices.port, random: random.fork(deviceId) }),
  )
  onClose(() => Promise.all(devices.map((device) => device.stop())))
  const stream = startStream(devices, options.messagesPerSecond ?? usualPerSecond)
  onClose(() => stream.stop())
  const centre = openCentre({ folder: folders.platform, postgresUrl, influx })

  return {
    ...{ house, influx, devices, stream, centre, wires, folders },
    disks: surroundings.disks,
    clocks: surroundings.clocks,
    async gateway() {
      const [gateway] = await signedIn(house, () => house.admin.call(listGateways, {}))
      if (!gateway) throw new Error('The platform does not know the gateway')
      return gateway
    },
    listDevices: () => signedIn(house, () => house.admin.call(listDevices, { querystring: {} })),
    async balance() {
      const events = await centre.events()
      const reports = new Map<string, Awaited<ReturnType<Centre['reports']>>>()
      for (const { deviceId } of devices) reports.set(deviceId, await centre.reports(deviceId))
      return balance(devices, (deviceId) => ({
        events: events.get(deviceId) ?? [],
        reports: reports.get(deviceId) ?? [],
      }))
    },
  }
}
