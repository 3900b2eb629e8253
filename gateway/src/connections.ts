import { startInfluxShipper, type InfluxShipper } from './adapters/influx-telemetry/influx-shipper.ts'
import { startGatewayHttp, type GatewayHttpOptions } from './adapters/media/gateway-http.ts'
import type { Metrics } from './adapters/metrics.ts'
import { startMqttBroker, type MqttBroker } from './adapters/mqtt-broker/mqtt-broker.ts'
import type { PictureUpload } from './adapters/platform-link/picture-upload.ts'
import type { RunningPlatformLink } from './adapters/platform-link/platform-link.ts'
import type { GatewayConfig } from './config.ts'
import type { KeptAlive } from './core/keep-alive.ts'
import type { PictureQueue } from './core/picture-journal.ts'
import type { PlatformAccess } from './core/platform-access.ts'
import type { Clock, IdentityStore, ListenerIdentity, Logger, MediaStore, StateStore } from './core/ports.ts'
import type { OpenTelemetrySpool } from './adapters/telemetry-spool/telemetry-spool.ts'
import type { Edge } from './edge.ts'
import type { Holding, Retention } from './retention.ts'
import { influxOptions, listenersOf } from './settings.ts'
import { live, type Supervision } from './supervision.ts'
import { startUpload, startUplink } from './uplink.ts'

type OnClose = (closer: () => unknown) => void

/** Connections that are made after those who use them, and that may be away for the moment. */
export interface WaysOut {
  broker?: KeptAlive<MqttBroker>
  uplink?: KeptAlive<RunningPlatformLink>
  shipper?: KeptAlive<InfluxShipper>
}

interface ConnectionParts {
  readonly supervision: Supervision
  readonly ways: WaysOut
  readonly edge: Edge
  readonly store: StateStore
  readonly spool: OpenTelemetrySpool
  readonly media: MediaStore
  readonly queue: PictureQueue | undefined
  readonly holding: Holding
  readonly retention: Retention
  readonly machine: IdentityStore | undefined
  readonly access: PlatformAccess
  readonly identity: ListenerIdentity | undefined
  readonly metrics: Metrics
  readonly health: GatewayHttpOptions['health']
  readonly clock: Clock
  readonly logger: Logger
}

/** What talks to others. Each part is kept running by itself: one that fails does not take the others along. */
export async function openConnections(config: GatewayConfig, parts: ConnectionParts, onClose: OnClose) {
  const { supervision, ways, metrics, logger, holding, spool } = parts
  const { mqtt, http } = listenersOf(config, parts.identity)

  ways.broker = await openBroker(mqtt, parts, onClose)
  const { broker } = ways
  for (const disk of [holding.store, spool]) onClose(disk.onWritable(() => broker.current()?.askAgain()))
  await openUplink(config, parts, onClose)

  let port = http.port
  const server = await supervision.keep('http', async () => {
    const { media, edge, health } = parts
    const options = { ...http, port, media, front: edge.hub, counter: metrics.counter, logger, health }
    const opened = await startGatewayHttp({ ...options, metrics: () => metrics.registry.metrics() })
    port = opened.port // others know it by now
    return live(opened, opened.failed)
  })
  onClose(() => server.stop())
  return { ports: () => ({ ...broker.current()?.ports }), httpPort: port }
}

type Listening = ReturnType<typeof listenersOf>['mqtt']

async function openBroker(mqtt: Listening, { supervision, edge, metrics, logger }: ConnectionParts, onClose: OnClose) {
  let listening = mqtt
  const broker = await supervision.keep('broker', async () => {
    const opened = await startMqttBroker(listening, { front: edge.hub, counter: metrics.counter, logger })
    const { plain = mqtt.plain.port, tls } = opened.ports
    // Devices know the ports by now.
    listening = {
      plain: { ...mqtt.plain, port: plain },
      ...(mqtt.tls && { tls: { ...mqtt.tls, port: tls ?? mqtt.tls.port } }),
    }
    return live(opened, opened.failed)
  })
  onClose(() => broker.stop())
  return broker
}

async function openUplink(config: GatewayConfig, parts: ConnectionParts, onClose: OnClose) {
  const { supervision, ways, spool, access, metrics, logger } = parts
  const influx = influxOptions(config, access)
  if (influx) {
    const shipper = await supervision.keep('telemetry', () => {
      const started = startInfluxShipper(spool, influx, logger)
      return Promise.resolve(live(started, started.ended))
    })
    ways.shipper = shipper
    onClose(() => shipper.stop())
  }
  const { GATEHOUSE_UPLINK_URL: url, GATEHOUSE_PLATFORM_URL: platformUrl } = config
  if (url !== undefined) {
    const uplink = await supervision.keep<RunningPlatformLink>('uplink', async () => {
      const link = await startUplink(url, config, { ...parts, counter: metrics.counter })
      return live(link, link.ended)
    })
    ways.uplink = uplink
    onClose(() => uplink.stop())
  }
  const { queue } = parts
  if (!queue || platformUrl === undefined) return
  const upload = await supervision.keep<PictureUpload>('pictures', async () => {
    const started = await startUpload(platformUrl, { ...parts, queue })
    return live(started, started.ended)
  })
  onClose(() => upload.stop())
}
