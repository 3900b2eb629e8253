import type { DesiredDevice, DesiredFile, Permit } from '@gatehouse/platform/contract'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startPart, type Part } from '../test/house/part.ts'

/** The street that the rows about a whole gateway are measured at. */
export const laneCount = 22
export const sensorCount = 178
export const streetSecret = 'bench-secret-0123456789'
/** Nobody listens there: the centre is away. */
const nowhere = '127.0.0.1:9'
const letters = 'ABCDEFGHJK'

/** A plate of its own for each of the first million cars. */
export const plateOf = (index: number) =>
  `沪${letters[Math.floor(index / 100_000)] ?? ''}${String(index % 100_000).padStart(5, '0')}`

const permitsOf = (count: number): Permit[] =>
  Array.from({ length: count }, (_, index) => ({ plate: plateOf(index), kind: 'monthly', holder: `Holder ${index}` }))

const named = (kind: string, name: string, count: number): DesiredDevice[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ deviceId: `${name}-${index}`, kind, name: `${name} ${index}`, place: 'Street', secret: streetSecret },
    settings: kind === 'barrier' ? { direction: 'in' } : {},
  }))

interface StreetOptions {
  readonly permits: number
  /** Sensors besides those of the street. */
  readonly furtherSensors?: number
}

/** What a gateway of the street is to know. */
export const streetOf = ({ permits, furtherSensors = 0 }: StreetOptions): DesiredFile => ({
  devices: {
    devices: [
      ...named('barrier', 'lane', laneCount),
      ...named('smoke', 'sensor', sensorCount),
      ...named('smoke', 'further', furtherSensors),
    ],
  },
  parking: { permits: permitsOf(permits) },
})

interface StreetGatewayOptions {
  readonly desired?: string
  readonly port?: number
  readonly onSpawned?: (pid: number) => void
}

/** A gateway whose centre cannot be reached. Without `desired` it lives on what it has stored in `data`. */
export const startStreetGateway = (data: string, { desired, port = 0, onSpawned }: StreetGatewayOptions) =>
  startPart('gateway', {
    ...(onSpawned && { onSpawned }),
    env: {
      GATEHOUSE_DATA: data,
      GATEHOUSE_GATEWAY_ID: 'bench',
      GATEHOUSE_GATEWAY_SECRET: streetSecret,
      GATEHOUSE_PLATFORM_URL: `http://${nowhere}`,
      GATEHOUSE_UPLINK_URL: `mqtt://${nowhere}`,
      GATEHOUSE_MQTT_PORT: String(port),
      GATEHOUSE_GATEWAY_HTTP_PORT: '0',
      ...(desired !== undefined && { GATEHOUSE_DESIRED: desired }),
    },
  })

/** A gateway of the street in a new folder below `folder`, ready to decide. */
export async function startNewStreetGateway(folder: string, options: StreetOptions): Promise<Part> {
  const desired = join(folder, 'desired.json')
  await writeFile(desired, JSON.stringify(streetOf(options)))
  return startStreetGateway(await mkdtemp(join(folder, 'gateway-')), { desired })
}
