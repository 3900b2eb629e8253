import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { isLoopback } from './core/loopback.ts'
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
    default: './data',
    description: 'Folder for everything that is stored; the gateway uses `gateway` inside it',
  }),
  GATEHOUSE_GATEWAY_ID: Type.String({
    pattern: '^[a-z0-9][a-z0-9-]{0,63}$',
    description: 'Id of this gateway, as registered at the platform',
  }),
  GATEHOUSE_GATEWAY_SECRET: Text('Secret of this gateway, as shown once when it was registered'),
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
  GATEHOUSE_LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Least urgent message that is logged',
  }),
})
export type GatewayConfig = Static<typeof GatewayConfig>

/** Plain connections carry secrets, so they may not leave this host. */
function isPlainAndFar(url: string | undefined): boolean {
  if (url === undefined || !URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return (protocol === 'http:' || protocol === 'mqtt:') && !isLoopback(hostname.replace(/^\[|\]$/g, ''))
}

function* listenerProblems(config: Partial<GatewayConfig>) {
  const { GATEHOUSE_TLS_CERT: cert, GATEHOUSE_TLS_KEY: key, GATEHOUSE_MQTT_HOST: host = '127.0.0.1' } = config
  if ((cert === undefined) !== (key === undefined)) yield 'GATEHOUSE_TLS_CERT and GATEHOUSE_TLS_KEY belong together'
  if (!isLoopback(host) && cert === undefined) {
    yield 'GATEHOUSE_MQTT_HOST is not loopback: set GATEHOUSE_TLS_CERT and GATEHOUSE_TLS_KEY'
  }
}

function* platformProblems(config: Partial<GatewayConfig>) {
  const needsSecret = config.GATEHOUSE_UPLINK_URL !== undefined || config.GATEHOUSE_PLATFORM_URL !== undefined
  if (needsSecret && config.GATEHOUSE_GATEWAY_SECRET === undefined) {
    yield 'GATEHOUSE_GATEWAY_SECRET is needed to sign in at the platform'
  }
  for (const name of ['GATEHOUSE_PLATFORM_URL', 'GATEHOUSE_UPLINK_URL'] as const) {
    const url = config[name]
    if (url !== undefined && !URL.canParse(url)) yield `${name} is no valid URL`
    if (isPlainAndFar(url)) yield `${name} leaves this host: use TLS (https://, mqtts://)`
  }
}

/** Reads the environment; a configuration that is not usable is refused with every problem named. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): GatewayConfig {
  const given = Object.fromEntries(
    Object.keys(GatewayConfig.properties).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  )
  const config = Value.Default(GatewayConfig, Value.Convert(GatewayConfig, given))
  const problems = Value.Errors(GatewayConfig, config).map(({ instancePath, message }) =>
    `${instancePath.slice(1)} ${message}`.trim(),
  )
  const partial = config as Partial<GatewayConfig>
  problems.push(...listenerProblems(partial), ...platformProblems(partial))
  if (problems.length > 0 || !Value.Check(GatewayConfig, config)) throw badConfiguration(problems.join('; '))
  return config
}
