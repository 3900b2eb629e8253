import { readFile } from 'node:fs/promises'
import type { KeyPair } from './adapters/listener-identity.ts'
import type { GatewayConfig } from './config.ts'
import { isLoopback } from './core/loopback.ts'
import type { PlatformAccess } from './core/platform-access.ts'
import type { IdentityStore, ListenerIdentity } from './core/ports.ts'

interface Address {
  readonly host: string
  readonly port: number
}

/**
 * What the gateway shows to devices: the certificate that an operator has put there, or else its own from enrolling.
 * That alone opens nothing to the network: `GATEHOUSE_MQTT_HOST` does.
 */
export async function readOwnCertificate(config: GatewayConfig, machine?: IdentityStore): Promise<KeyPair | undefined> {
  const { GATEHOUSE_TLS_CERT, GATEHOUSE_TLS_KEY } = config
  if (GATEHOUSE_TLS_CERT === undefined || GATEHOUSE_TLS_KEY === undefined)
    return machine && !isLoopback(config.GATEHOUSE_MQTT_HOST) ? ownPair(machine) : undefined
  const [cert, key] = await Promise.all([readFile(GATEHOUSE_TLS_CERT, 'utf8'), readFile(GATEHOUSE_TLS_KEY, 'utf8')])
  return { cert, key }
}

export function ownPair(machine: IdentityStore): KeyPair {
  const { certificate, key } = machine.current()
  return { cert: certificate, key }
}

/** Where the gateway listens. Without a certificate nothing leaves this host. */
export function listenersOf(config: GatewayConfig, identity: ListenerIdentity | undefined) {
  const { GATEHOUSE_MQTT_HOST: host } = config
  const here = isLoopback(host) ? host : '127.0.0.1'
  const everywhere = isLoopback(host) ? '0.0.0.0' : host
  const plain: Address = { host: here, port: config.GATEHOUSE_MQTT_PORT }
  const httpPort = config.GATEHOUSE_GATEWAY_HTTP_PORT
  if (!identity) return { mqtt: { plain }, http: { host: here, port: httpPort } }
  return {
    mqtt: { plain, tls: { host: everywhere, port: config.GATEHOUSE_MQTT_TLS_PORT, identity } },
    http: { host: everywhere, port: httpPort, identity },
  }
}

/** Where telemetry goes: an InfluxDB, or the platform, which speaks its language; nowhere without both. */
export function influxOptions(config: GatewayConfig, access: PlatformAccess) {
  const { INFLUX_URL, INFLUX_FLAVOUR, INFLUX_DB, GATEHOUSE_PLATFORM_URL } = config
  const timeoutMs = config.INFLUX_TIMEOUT_S * 1000
  if (INFLUX_URL !== undefined) {
    return {
      url: INFLUX_URL,
      flavour: INFLUX_FLAVOUR,
      database: INFLUX_DB,
      org: config.INFLUX_ORG,
      token: config.INFLUX_TOKEN,
      user: config.INFLUX_USER,
      password: config.INFLUX_PASSWORD,
      timeoutMs,
    }
  }
  if (GATEHOUSE_PLATFORM_URL === undefined) return undefined
  return {
    url: `${GATEHOUSE_PLATFORM_URL.replace(/\/$/, '')}/influx`,
    flavour: 'v1' as const,
    database: INFLUX_DB,
    authorization: access.authorization,
    timeoutMs,
  }
}
