import { readFile } from 'node:fs/promises'
import type { GatewayConfig } from './config.ts'
import { isLoopback } from './core/loopback.ts'

interface Address {
  readonly host: string
  readonly port: number
}
type Tls = Readonly<Record<'cert' | 'key', Buffer>>

async function readTls(config: GatewayConfig): Promise<Tls | undefined> {
  const { GATEHOUSE_TLS_CERT, GATEHOUSE_TLS_KEY } = config
  if (GATEHOUSE_TLS_CERT === undefined || GATEHOUSE_TLS_KEY === undefined) return undefined
  const [cert, key] = await Promise.all([readFile(GATEHOUSE_TLS_CERT), readFile(GATEHOUSE_TLS_KEY)])
  return { cert, key }
}

/** Where the gateway listens. Without a certificate nothing leaves this host. */
export async function listenersOf(config: GatewayConfig): Promise<{
  readonly mqtt: { readonly plain: Address; readonly tls?: Address & Tls }
  readonly http: Address & { readonly tls?: Tls }
}> {
  const { GATEHOUSE_MQTT_HOST: host } = config
  const here = isLoopback(host) ? host : '127.0.0.1'
  const everywhere = isLoopback(host) ? '0.0.0.0' : host
  const plain = { host: here, port: config.GATEHOUSE_MQTT_PORT }
  const httpPort = config.GATEHOUSE_GATEWAY_HTTP_PORT
  const tls = await readTls(config)
  if (!tls) return { mqtt: { plain }, http: { host: here, port: httpPort } }
  return {
    mqtt: { plain, tls: { host: everywhere, port: config.GATEHOUSE_MQTT_TLS_PORT, ...tls } },
    http: { host: everywhere, port: httpPort, tls },
  }
}

/** Where telemetry goes: an InfluxDB, or the platform, which speaks its language; nowhere without both. */
export function influxOptions(config: GatewayConfig) {
  const { INFLUX_URL, INFLUX_FLAVOUR, INFLUX_DB, GATEHOUSE_PLATFORM_URL } = config
  if (INFLUX_URL !== undefined) {
    return {
      url: INFLUX_URL,
      flavour: INFLUX_FLAVOUR,
      database: INFLUX_DB,
      org: config.INFLUX_ORG,
      token: config.INFLUX_TOKEN,
      user: config.INFLUX_USER,
      password: config.INFLUX_PASSWORD,
    }
  }
  if (GATEHOUSE_PLATFORM_URL === undefined) return undefined
  return {
    url: `${GATEHOUSE_PLATFORM_URL.replace(/\/$/, '')}/influx`,
    flavour: 'v1' as const,
    database: INFLUX_DB,
    user: config.GATEHOUSE_GATEWAY_ID,
    password: config.GATEHOUSE_GATEWAY_SECRET,
  }
}
