import { join } from 'node:path'
import { pino } from 'pino'
import { readDesiredFile } from './adapters/desired-file.ts'
import { freeBytesAt } from './adapters/disk-space.ts'
import { isSecretOf } from './adapters/device-secrets.ts'
import { startInfluxShipper } from './adapters/influx-telemetry/influx-shipper.ts'
import { startGatewayHttp } from './adapters/media/gateway-http.ts'
import { openMediaStore } from './adapters/media/media-store.ts'
import { createMetrics, type Metrics } from './adapters/metrics.ts'
import { startMqttBroker, type MqttBroker } from './adapters/mqtt-broker/mqtt-broker.ts'
import { createOnvifConnect } from './adapters/onvif/connect.ts'
import type { RunningPlatformLink } from './adapters/platform-link/platform-link.ts'
import { openSqliteStore } from './adapters/sqlite-store/sqlite-store.ts'
import { openTelemetrySpool } from './adapters/telemetry-spool/telemetry-spool.ts'
import type { GatewayConfig } from './config.ts'
import { fileRevision } from './core/desired-state.ts'
import { limitOutbox } from './core/outbox-limit.ts'
import { createPictureJournal } from './core/picture-journal.ts'
import type { DeviceLink, Logger, StateStore, TelemetrySpool } from './core/ports.ts'
import { startStorageWatch, type StorageWatch } from './core/storage-watch.ts'
import { drivers } from './drivers/index.ts'
import { createEdge, type Edge } from './edge.ts'
import { deviceOffline } from './errors.ts'
import { influxOptions, listenersOf } from './settings.ts'
import { startUpload, startUplink } from './uplink.ts'

export { loadConfig, type GatewayConfig } from './config.ts'
export { drivers } from './drivers/index.ts'

export interface Gateway {
  /** Port of the plain listener on this host. */
  readonly mqttPort: number
  readonly httpPort: number
  close(): Promise<void>
}

type OnClose = (closer: () => unknown) => void

/** Composition root: wires all parts, starts and stops them in order. */
export async function startGateway(
  config: GatewayConfig,
  logger: Logger = pino({ level: config.GATEHOUSE_LOG_LEVEL }),
): Promise<Gateway> {
  const closers: (() => unknown)[] = []
  async function close() {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const ports = await start(config, logger, (closer) => closers.push(closer))
    logger.info(ports, 'gateway listening')
    return { ...ports, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function start(config: GatewayConfig, logger: Logger, onClose: OnClose) {
  const stores = await openStores(config, logger, onClose)
  const keepers = await startKeepers(config, { ...stores, logger }, onClose)
  const metrics = createMetrics()
  const { counter } = metrics
  const ways: WaysOut = {}
  const edge = createEdge({
    ...stores,
    drivers,
    link: toDevices(ways),
    platform: { sendReadings: (...readings) => ways.uplink?.sendReadings(...readings) },
    onvifConnect: createOnvifConnect({ networks: config.GATEHOUSE_CAMERA_NETWORKS.split(','), counter, logger }),
    isSecretOf,
    onLaneDecided: metrics.laneDecided,
    silentAfterMs: config.GATEHOUSE_SILENT_AFTER_S * 1000,
    clock,
    logger,
  })
  onClose(() => edge.close())
  await edge.loadDevices()
  const areasLoaded = loadAreas(config, edge)
  areasLoaded.catch(() => undefined) // awaited below: devices are heard while a million permits are being read

  const { mqtt, http } = await listenersOf(config)
  const broker = await startMqttBroker(mqtt, { front: edge.hub, counter, logger })
  onClose(() => broker.close())
  ways.broker = broker
  const influx = influxOptions(config)
  const shipper = influx && startInfluxShipper(stores.spool, influx, logger)
  onClose(() => shipper?.close())
  ways.uplink = await startUplink(config, { edge, store: stores.store, clock, logger, counter })
  onClose(() => ways.uplink?.close())
  const upload = await startUpload(config, { ...stores, logger })
  onClose(() => upload?.close())

  watch(metrics, { edge, stores, ways, keepers })
  const { media } = stores
  let isReady = false
  const server = await startGatewayHttp({
    ...http,
    media,
    front: edge.hub,
    counter,
    logger,
    metrics: () => metrics.registry.metrics(),
    health: () => ({
      ready: isReady,
      ...healthOf(edge, ways),
      telemetry: shipper?.status().state ?? 'none',
      disk: keepers.storage.isLow() ? 'low' : 'ok',
    }),
  })
  onClose(() => server.close())
  onClose(() => edge.stop())
  await areasLoaded
  isReady = true
  return { mqttPort: broker.ports.plain ?? 0, httpPort: server.port }
}

const clock = { now: () => Date.now() }

async function openStores(config: GatewayConfig, logger: Logger, onClose: OnClose) {
  const folder = join(config.GATEHOUSE_DATA, 'gateway')
  const database = await openSqliteStore(join(folder, 'state.db'), logger)
  onClose(() => database.close())
  const spool = await openTelemetrySpool(join(folder, 'telemetry'), { gatewayId: config.GATEHOUSE_GATEWAY_ID, logger })
  onClose(() => spool.close())
  const media = await openMediaStore(join(folder, 'media'), { logger })
  // Without a platform nobody waits for pictures, and no promise of one may pile up.
  if (config.GATEHOUSE_PLATFORM_URL === undefined) return { store: database, queue: undefined, spool, media }
  return { ...createPictureJournal(database), spool, media }
}

interface Kept {
  readonly store: StateStore
  readonly spool: TelemetrySpool
  readonly logger: Logger
}

interface Keepers {
  readonly storage: StorageWatch
  /** Events dropped since the start. */
  readonly outboxDropped: () => number
  readonly freeBytes: () => Promise<number>
}

/** Whoever keeps the disk from filling up, or tells that it does. */
async function startKeepers(config: GatewayConfig, { store, spool, logger }: Kept, onClose: OnClose): Promise<Keepers> {
  const { GATEHOUSE_OUTBOX_RECORDS: records, GATEHOUSE_UPLINK_URL: uplink } = config
  // What a platform will fetch is never dropped.
  const limit = uplink === undefined ? limitOutbox({ outbox: store.outbox, records, logger }) : undefined
  onClose(() => limit?.close())
  const outboxDropped = () => limit?.dropped() ?? 0
  const freeBytes = () => freeBytesAt(config.GATEHOUSE_DATA)
  const dropped = () => outboxDropped() + spool.status().dropped
  const storage = await startStorageWatch({ freeBytes, dropped, store, clock, logger })
  onClose(() => storage.close())
  return { storage, outboxDropped, freeBytes }
}

/** Connections that are made after those who use them. */
interface WaysOut {
  broker?: MqttBroker
  uplink?: RunningPlatformLink | undefined
}

const toDevices = (ways: WaysOut): DeviceLink => ({
  send: (deviceId, ...message) => ways.broker?.send(deviceId, ...message) ?? Promise.reject(deviceOffline(deviceId)),
  isConnected: (deviceId) => ways.broker?.isConnected(deviceId) ?? false,
  disconnect: (deviceId) => ways.broker?.disconnect(deviceId),
})

async function loadAreas(config: GatewayConfig, edge: Edge) {
  await Promise.all([edge.loadAreas(), applyFile(config, edge)])
}

async function applyFile({ GATEHOUSE_DESIRED: path }: GatewayConfig, { desired }: Edge) {
  if (path === undefined) return
  const { devices, ...lists } = await readDesiredFile(path)
  // Devices first: they can sign in while a long list is being written.
  for (const [area, body] of Object.entries({ devices, ...lists })) {
    if (body !== undefined) await desired.apply(area, fileRevision, body)
  }
}

const healthOf = ({ presence }: Edge, { uplink }: WaysOut) => ({
  uplink: uplink?.isConnected() ? 'connected' : uplink ? 'away' : 'none',
  devicesOnline: presence.onlineCount(),
})

interface Watched {
  readonly edge: Edge
  readonly stores: { readonly store: StateStore; readonly spool: TelemetrySpool }
  readonly ways: WaysOut
  readonly keepers: Keepers
}

const watch = (metrics: Metrics, { edge, stores, ways, keepers }: Watched) =>
  metrics.watch({
    messages: () => edge.hub.counts,
    outboxBacklog: async () => (await stores.store.outbox.status()).backlog,
    outboxDropped: keepers.outboxDropped,
    freeBytes: keepers.freeBytes,
    spool: () => stores.spool.status(),
    devicesOnline: () => edge.presence.onlineCount(),
    uplinkConnected: () => ways.uplink?.isConnected() ?? false,
  })
