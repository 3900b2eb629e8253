import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { join } from 'node:path'
import { isLoopback } from './core/loopback.ts'
import type { MachineIdentity } from './core/ports.ts'
import { defaultFolder, folderOf, type FolderSetting } from './data-path.ts'
import { badConfiguration } from './errors.ts'

const Port = (fallback: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 65_535, default: fallback, description })
const Text = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 4096, description }))

/** Networks that no camera on the internet can be in. */
const privateNetworks = '127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,::1/128,fc00::/7,fe80::/10'

/** Everything that can be set, by the name of its environment variable. */
export const GatewayConfig = Type.Object({
  GATEHOUSE_DATA: Type.String({
    minLength: 1,
    default: defaultFolder,
    description: 'Folder for everything that is stored; the gateway uses `gateway` inside it',
  }),
  GATEHOUSE_GATEWAY_ID: Type.String({
    pattern: '^[a-z0-9][a-z0-9-]{0,63}$',
    description: 'Id of this gateway, as registered at the platform; once it is enrolled that is known',
  }),
  GATEHOUSE_GATEWAY_SECRET: Text(
    'Secret of this gateway, as shown once when it was registered; not needed once it is enrolled',
  ),
  GATEHOUSE_PLATFORM_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description:
        'Platform, for pictures and telemetry; without it the gateway keeps both. Plain http only on this host',
    }),
  ),
  GATEHOUSE_UPLINK_URL: Type.Optional(
    Type.String({
      pattern: '^mqtts?://',
      description: 'MQTT of the platform; without it the gateway runs alone. Plain mqtt only on this host',
    }),
  ),
  GATEHOUSE_UPLINK_CA: Text(
    "PEM file of the authority that the certificate of the uplink is from, if it is not the platform's own; for a broker",
  ),
  GATEHOUSE_UPLINK_KEEPALIVE_S: Type.Integer({
    minimum: 1,
    maximum: 300,
    default: 15,
    description: 'Seconds after which a silent line to the platform is tried; half as long again and it counts as dead',
  }),
  GATEHOUSE_DESIRED: Text('JSON file with devices, permits and people, for a gateway without a platform'),
  GATEHOUSE_MQTT_HOST: Type.String({
    minLength: 1,
    default: '127.0.0.1',
    description: 'Address to listen on for devices; anything but loopback needs a certificate and is served by TLS',
  }),
  GATEHOUSE_MQTT_PORT: Port(1883, 'MQTT for devices on this host (loopback, plain); 0 picks a free port'),
  GATEHOUSE_MQTT_TLS_PORT: Port(8883, 'MQTT for devices elsewhere (TLS); opens only with a certificate'),
  GATEHOUSE_TLS_CERT: Text('PEM file with the certificate chain'),
  GATEHOUSE_TLS_KEY: Text('PEM file with the private key'),
  GATEHOUSE_GATEWAY_HTTP_PORT: Port(8090, 'Pictures of devices, health and metrics; 0 picks a free port'),
  INFLUX_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'InfluxDB for telemetry; default is the platform' }),
  ),
  INFLUX_FLAVOUR: Type.Enum(['v1', 'v2', 'v3'], { default: 'v1', description: 'Major version of InfluxDB' }),
  INFLUX_DB: Type.String({ minLength: 1, default: 'gatehouse', description: 'Database or bucket' }),
  INFLUX_ORG: Text('Organisation (v2)'),
  INFLUX_TOKEN: Text('Token (v2, v3)'),
  INFLUX_USER: Text('User (v1)'),
  INFLUX_PASSWORD: Text('Password (v1)'),
  INFLUX_TIMEOUT_S: Type.Integer({
    minimum: 1,
    maximum: 300,
    default: 10,
    description: 'Seconds that InfluxDB may take to answer; then the same telemetry is sent again',
  }),
  GATEHOUSE_SILENT_AFTER_S: Type.Integer({
    minimum: 5,
    maximum: 86_400,
    default: 90,
    description: 'Seconds of silence after which a device counts as offline',
  }),
  GATEHOUSE_CAMERA_NETWORKS: Type.String({
    minLength: 1,
    maxLength: 4096,
    default: privateNetworks,
    description: 'Networks (CIDR, comma-separated) that the address of a camera may lie in',
  }),
  GATEHOUSE_OUTBOX_RECORDS: Type.Integer({
    minimum: 1000,
    maximum: 100_000_000,
    default: 1_000_000,
    description: 'Newest events that a gateway without GATEHOUSE_UPLINK_URL keeps; with one it keeps all',
  }),
  GATEHOUSE_CONTINUITY_S: Type.Integer({
    minimum: 1,
    maximum: 3600,
    default: 30,
    description: 'Seconds between two reports to the platform of what waits and what is missing',
  }),
  GATEHOUSE_SPOOL_BYTES: Type.Integer({
    minimum: 1024 ** 2,
    maximum: 1024 ** 4,
    default: 1024 ** 3,
    description: 'Telemetry that waits for InfluxDB, on disk; beyond it the oldest goes',
  }),
  GATEHOUSE_PICTURE_BYTES: Type.Integer({
    minimum: 1024 ** 2,
    maximum: 1024 ** 4,
    default: 8 * 1024 ** 3,
    description: 'Pictures kept at the gateway; beyond it the oldest go',
  }),
  GATEHOUSE_RESERVE_BYTES: Type.Integer({
    minimum: 0,
    maximum: 1024 ** 4,
    default: 256 * 1024 ** 2,
    description: 'Room on the disk that is kept for events: below it telemetry goes, then pictures',
  }),
  GATEHOUSE_LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Least urgent message that is logged',
  }),
})
export type GatewayConfig = Static<typeof GatewayConfig>

type Environment = Readonly<Record<string, string | undefined>>

/** What is known of the platform by enrolling, unless the environment says otherwise. */
export type Enrolled = Pick<MachineIdentity, 'gatewayId' | 'platformUrl' | 'uplinkUrl'>

const known = (enrolled: Enrolled | undefined): Environment =>
  enrolled
    ? {
        GATEHOUSE_GATEWAY_ID: enrolled.gatewayId,
        GATEHOUSE_PLATFORM_URL: enrolled.platformUrl,
        GATEHOUSE_UPLINK_URL: enrolled.uplinkUrl,
      }
    : {}

/** Where the identity is kept, which is read before the rest of the configuration. */
export const identityFolder = (setting: FolderSetting) => join(folderOf(setting), 'identity')

/** Plain connections carry secrets, so they may not leave this host. */
export function isPlainAndFar(url: string | undefined): boolean {
  if (url === undefined || !URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return (protocol === 'http:' || protocol === 'mqtt:') && !isLoopback(hostname.replace(/^\[|\]$/g, ''))
}

function* listenerProblems(config: Partial<GatewayConfig>, enrolled: Enrolled | undefined) {
  const { GATEHOUSE_TLS_CERT: cert, GATEHOUSE_TLS_KEY: key, GATEHOUSE_MQTT_HOST: host = '127.0.0.1' } = config
  if ((cert === undefined) !== (key === undefined)) yield 'GATEHOUSE_TLS_CERT and GATEHOUSE_TLS_KEY belong together'
  if (!isLoopback(host) && cert === undefined && !enrolled) {
    yield 'GATEHOUSE_MQTT_HOST is not loopback: enrol this gateway, or set GATEHOUSE_TLS_CERT and GATEHOUSE_TLS_KEY'
  }
}

/** What must not contradict the identity that the gateway got by enrolling. */
function* identityProblems(config: Partial<GatewayConfig>, enrolled: Enrolled | undefined) {
  if (!enrolled) return
  if (config.GATEHOUSE_GATEWAY_ID !== enrolled.gatewayId)
    yield `GATEHOUSE_GATEWAY_ID is not the gateway that was enrolled here, which is ${enrolled.gatewayId}`
  if (config.GATEHOUSE_UPLINK_URL?.startsWith('mqtt:'))
    yield 'GATEHOUSE_UPLINK_URL has no TLS, which an enrolled gateway signs in by (mqtts://)'
}

function* platformProblems(config: Partial<GatewayConfig>, enrolled: Enrolled | undefined) {
  const needsSecret = config.GATEHOUSE_UPLINK_URL !== undefined || config.GATEHOUSE_PLATFORM_URL !== undefined
  if (needsSecret && !enrolled && config.GATEHOUSE_GATEWAY_SECRET === undefined) {
    yield 'Enrol this gateway (npm run enrol), or set GATEHOUSE_GATEWAY_SECRET, to sign in at the platform'
  }
  for (const name of ['GATEHOUSE_PLATFORM_URL', 'GATEHOUSE_UPLINK_URL'] as const) {
    const url = config[name]
    if (url !== undefined && !URL.canParse(url)) yield `${name} is no valid URL`
    if (isPlainAndFar(url)) yield `${name} leaves this host: use TLS (https://, mqtts://)`
  }
}

/** Of the environment only what is ours; an empty variable counts as not set. */
const given = (env: Environment) =>
  Object.fromEntries(Object.keys(GatewayConfig.properties).flatMap((name) => (env[name] ? [[name, env[name]]] : [])))

/** Reads the environment; a configuration that is not usable is refused with every problem named. */
export function loadConfig(environment: Environment, enrolled?: Enrolled): GatewayConfig {
  const env = { ...known(enrolled), ...given(environment) }
  const config = Value.Default(GatewayConfig, Value.Convert(GatewayConfig, env))
  const problems = Value.Errors(GatewayConfig, config).map(({ instancePath, message }) =>
    `${instancePath.slice(1)} ${message}`.trim(),
  )
  const partial = config as Partial<GatewayConfig>
  problems.push(...listenerProblems(partial, enrolled), ...platformProblems(partial, enrolled))
  problems.push(...identityProblems(partial, enrolled))
  if (problems.length > 0 || !Value.Check(GatewayConfig, config)) throw badConfiguration(problems.join('; '))
  return config
}
