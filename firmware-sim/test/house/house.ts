import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  listDevices,
  putCompound,
  putDevice,
  putGateway,
  putPeople,
  putPermits,
  signIn,
} from '@gatehouse/platform/contract'
import type { DeviceSetup, Person, Permit } from '@gatehouse/platform/contract'
import { Client } from './client.ts'
import { betrayalsIn } from './betrayals.ts'
import { startPart, type Part } from './part.ts'

export const compoundId = 'garden'
export const gatewayId = 'garden-gw'
export const adminPassword = 'correct horse battery staple'
export const secretOf = (deviceId: string) => `secret-of-${deviceId}-0123456789`

export interface HouseOptions {
  /** Devices by id; the compound and secrets are filled in. */
  readonly devices: Readonly<Record<string, Partial<DeviceSetup> & Pick<DeviceSetup, 'kind'>>>
  readonly permits?: readonly Permit[]
  readonly people?: readonly Person[]
  /** Environment of both servers, for example INFLUX_*. */
  readonly env?: Environment
  readonly platformEnv?: Environment
  /** Further environment of the gateway, once the platform listens; it may lead it there by a way round. */
  readonly gatewayEnv?: (platform: PlatformPorts) => Environment
  /** Folder of the caller, who removes it; without it the house makes and removes one. */
  readonly data?: string
}

type Environment = Readonly<Record<string, string>>
export interface PlatformPorts {
  readonly httpPort: number
  readonly uplinkPort: number
}

export interface House {
  readonly data: string
  readonly admin: Client
  platform: Part
  gateway: Part
  startPlatform(): Promise<void>
  startGateway(): Promise<void>
  mqttPort(): number
  gatewayHttpPort(): number
  /** Stops both servers and removes their data; fails when one of them has written a secret into its log. */
  close(): Promise<void>
}

const ports = (part: Part) => part.ready as { httpPort: number; uplinkPort: number; mqttPort: number }

/** What a restarted server must keep: its ports, so that others find it again. */
const fixedPorts = (part: Part | undefined, names: Readonly<Record<string, 'httpPort' | 'uplinkPort' | 'mqttPort'>>) =>
  Object.fromEntries(
    Object.entries(names).map(([variable, field]) => [variable, String(part ? ports(part)[field] : 0)]),
  )

async function provision(admin: Client, { devices, permits, people }: HouseOptions): Promise<string> {
  await admin.call(signIn, { body: { username: 'admin', password: adminPassword } })
  await admin.call(putCompound, { params: { compoundId }, body: { name: 'Garden', path: 'riverside/east/garden' } })
  const { secret } = await admin.call(putGateway, { params: { gatewayId }, body: { compoundId } })
  for (const [deviceId, device] of Object.entries(devices)) {
    const body = { compoundId, name: deviceId, place: 'Gate', secret: secretOf(deviceId), ...device }
    await admin.call(putDevice, { params: { deviceId }, body })
  }
  if (permits) await admin.call(putPermits, { params: { compoundId }, body: [...permits] })
  if (people) await admin.call(putPeople, { params: { compoundId }, body: [...people] })
  return secret ?? ''
}

/** A gateway that has announced every device has received its desired state and lets them in. */
async function untilAnnounced(admin: Client) {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const devices = await admin.call(listDevices, { querystring: {} })
    if (devices.every(({ capabilities }) => Object.keys(capabilities).length > 0)) return
    await delay(50)
  }
  throw new Error('The gateway has not announced its devices')
}

/** Platform and gateway as processes in an empty folder, with one compound set up. */
export async function startHouse(options: HouseOptions): Promise<House> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'gatehouse-')))
  const common = { GATEHOUSE_DATA: data, ...options.env }
  let gatewaySecret = ''

  const startPlatform = (before?: Part) =>
    startPart('platform', {
      env: {
        ...common,
        ...fixedPorts(before, { GATEHOUSE_HTTP_PORT: 'httpPort', GATEHOUSE_UPLINK_PORT: 'uplinkPort' }),
        GATEHOUSE_ADMIN_PASSWORD: adminPassword,
        ...options.platformEnv,
      },
    })
  const startGateway = (platform: Part, before?: Part) =>
    startPart('gateway', {
      env: {
        ...common,
        ...fixedPorts(before, { GATEHOUSE_MQTT_PORT: 'mqttPort', GATEHOUSE_GATEWAY_HTTP_PORT: 'httpPort' }),
        GATEHOUSE_GATEWAY_ID: gatewayId,
        GATEHOUSE_GATEWAY_SECRET: gatewaySecret,
        GATEHOUSE_PLATFORM_URL: `http://127.0.0.1:${ports(platform).httpPort}`,
        GATEHOUSE_UPLINK_URL: `mqtt://127.0.0.1:${ports(platform).uplinkPort}`,
        ...options.gatewayEnv?.(ports(platform)),
      },
    })

  const platform = await startPlatform()
  const admin = new Client(`http://127.0.0.1:${ports(platform).httpPort}`)
  gatewaySecret = await provision(admin, options)
  const secrets = [adminPassword, gatewaySecret, ...Object.keys(options.devices).map(secretOf)]
  const parts = [platform]
  const kept = (part: Part) => {
    parts.push(part)
    return part
  }
  const house: House = {
    data,
    admin,
    platform,
    gateway: kept(await startGateway(platform)),
    async startPlatform() {
      house.platform = kept(await startPlatform(house.platform))
    },
    async startGateway() {
      house.gateway = kept(await startGateway(house.platform, house.gateway))
    },
    mqttPort: () => ports(house.gateway).mqttPort,
    gatewayHttpPort: () => ports(house.gateway).httpPort,
    async close() {
      await Promise.all([house.gateway.stop(), house.platform.stop()])
      if (options.data === undefined) await rm(data, { recursive: true, force: true })
      const [betrayal] = betrayalsIn(parts, secrets)
      if (betrayal !== undefined) throw new Error(`A secret is in the log of a part: ${betrayal}`)
    },
  }
  await untilAnnounced(admin)
  return house
}
