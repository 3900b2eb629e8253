import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { pino } from 'pino'
import { openControlSocket } from './adapters/control-socket.ts'
import { openDataFolder } from './adapters/data-folder.ts'
import { readDesiredFile } from './adapters/desired-file.ts'
import { isSecretOf } from './adapters/device-secrets.ts'
import { openIdentity } from './adapters/identity/identity-store.ts'
import { createListenerIdentity } from './adapters/listener-identity.ts'
import { openMediaStore } from './adapters/media/media-store.ts'
import { createMetrics, type Metrics } from './adapters/metrics.ts'
import { createOnvifConnect } from './adapters/onvif/connect.ts'
import { openSecretBox } from './adapters/secret-box.ts'
import { openSqliteStore } from './adapters/sqlite-store/sqlite-store.ts'
import { openTelemetrySpool } from './adapters/telemetry-spool/telemetry-spool.ts'
import { identityFolder, type GatewayConfig } from './config.ts'
import { openConnections, type WaysOut } from './connections.ts'
import { fileRevision } from './core/desired-state.ts'
import { createPictureJournal } from './core/picture-journal.ts'
import { createPlatformAccess } from './core/platform-access.ts'
import type { DeviceLink, IdentityStore, Logger, StateStore, TelemetrySpool } from './core/ports.ts'
import { drivers } from './drivers/index.ts'
import { createEdge, type Edge } from './edge.ts'
import { deviceOffline } from './errors.ts'
import { createHolding, startRetention, type Retention } from './retention.ts'
import { ownPair, readOwnCertificate } from './settings.ts'
import { createSupervision, type Supervision } from './supervision.ts'

export { loadConfig, type GatewayConfig } from './config.ts'
export { drivers } from './drivers/index.ts'

export interface Gateway {
  /** Port of the plain listener on this host. */
  readonly mqttPort: number
  /** Port of the TLS listener, with a certificate. */
  readonly mqttTlsPort?: number
  readonly httpPort: number
  /** Resolves when it cannot go on as it is and must be started anew. */
  readonly failed: Promise<Error>
  /** What must answer as long as all is well. */
  readonly checks: Readonly<Record<'store' | 'broker', () => Promise<unknown>>>
  /** Takes an error that nobody has caught: the part that it belongs to is started again. */
  readonly crashed: (error: unknown) => void
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
    const { ports, supervision, checks } = await start(config, logger, (closer) => closers.push(closer))
    logger.info(ports, 'gateway listening')
    return { ...ports, checks, failed: supervision.failed, crashed: supervision.crashed, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function start(config: GatewayConfig, logger: Logger, onClose: OnClose) {
  const metrics = createMetrics()
  const { counter } = metrics
  const supervision = createSupervision({
    ...{ clock, logger },
    onRestart: metrics.partRestarted,
    onRepaired: metrics.repaired,
  })
  const stores = await openStores(config, { supervision, logger }, onClose)
  supervision.tellThrough(stores.store)
  const retention = await startRetention(config, { ...stores, clock, logger }, onClose)
  const ways: WaysOut = {}
  const machine = await openIdentity(identityFolder(config))
  const access = accessOf(config, machine)
  if (machine) trustAuthority(machine.current().ca)
  const own = await readOwnCertificate(config, machine)
  const identity = own && createListenerIdentity(own)
  if (machine && config.GATEHOUSE_TLS_CERT === undefined) machine.onReplaced(() => identity?.setOwn(ownPair(machine)))
  const edge = createEdge({
    ...stores,
    drivers,
    link: toDevices(ways),
    platform: { sendReadings: (...readings) => ways.uplink?.current()?.sendReadings(...readings) },
    onvifConnect: createOnvifConnect({ networks: config.GATEHOUSE_CAMERA_NETWORKS.split(','), counter, logger }),
    isSecretOf,
    secrets: await openSecretBox(join(config.GATEHOUSE_DATA, 'gateway', 'secrets.key')),
    onAuthority: (ca) => identity?.setAuthority(ca),
    onLaneDecided: metrics.laneDecided,
    silentAfterMs: config.GATEHOUSE_SILENT_AFTER_S * 1000,
    clock,
    logger,
  })
  onClose(() => edge.close())
  await edge.loadDevices()
  const areasLoaded = loadAreas(config, edge)
  areasLoaded.catch(() => undefined) // awaited below: devices are heard while a million permits are being read

  watch(metrics, { edge, stores, ways, retention })
  let isReady = false
  const health = () => ({
    ready: isReady,
    ...healthOf(edge, ways),
    disk: retention.diskState(),
    parts: supervision.report(),
  })
  const parts = { supervision, ways, edge, retention, machine, access, identity, metrics, health, clock, logger }
  const { ports, httpPort } = await openConnections(config, { ...stores, ...parts }, onClose)
  onClose(() => edge.stop())
  await areasLoaded
  isReady = true
  const { plain: mqttPort = config.GATEHOUSE_MQTT_PORT, tls } = ports()
  const checks = checksOf(stores.database, { supervision, ways })
  return { supervision, checks, ports: { mqttPort, httpPort, ...(tls !== undefined && { mqttTlsPort: tls }) } }
}

const clock = { now: () => Date.now(), uptime: () => performance.now() }

interface StoreParts {
  readonly supervision: Supervision
  readonly logger: Logger
}

async function openStores(config: GatewayConfig, { supervision, logger }: StoreParts, onClose: OnClose) {
  const folder = join(config.GATEHOUSE_DATA, 'gateway')
  const { repaired: onRepair, watch: watchPart } = supervision
  await openDataFolder(folder, { logger, onRepair })
  const opened = await openSqliteStore(join(folder, 'state.db'), logger, { onRepair, watch: watchPart('store') })
  const holding = createHolding(opened, logger)
  const { store: database } = holding
  onClose(() => database.close())
  const control = await openControlSocket(join(folder, 'control.sock'), { backup: (to) => opened.backup(to), logger })
  onClose(() => control.close())
  const spool = await openTelemetrySpool(join(folder, 'telemetry'), {
    gatewayId: config.GATEHOUSE_GATEWAY_ID,
    maxBytes: config.GATEHOUSE_SPOOL_BYTES,
    watch: watchPart('telemetry-spool'),
    onRepair,
    logger,
  })
  onClose(() => spool.close())
  const media = await openMediaStore(join(folder, 'media'), { maxBytes: config.GATEHOUSE_PICTURE_BYTES, logger })
  // Without a platform nobody waits for pictures, and no promise of one may pile up.
  if (config.GATEHOUSE_PLATFORM_URL === undefined)
    return { database: opened, store: database, queue: undefined, spool, media, holding }
  return { database: opened, ...createPictureJournal(database), spool, media, holding }
}

const accessOf = (config: GatewayConfig, machine: IdentityStore | undefined) =>
  createPlatformAccess({
    gatewayId: config.GATEHOUSE_GATEWAY_ID,
    secret: machine ? undefined : (config.GATEHOUSE_GATEWAY_SECRET ?? ''),
  })

/** A platform over https may show a certificate of its own authority, besides those that everybody trusts. */
function trustAuthority(ca: string) {
  const trusted = getCACertificates('default')
  if (!trusted.includes(ca)) setDefaultCACertificates([...trusted, ca])
}

const toDevices = (ways: WaysOut): DeviceLink => ({
  send: (deviceId, ...message) =>
    ways.broker?.current()?.send(deviceId, ...message) ?? Promise.reject(deviceOffline(deviceId)),
  isConnected: (deviceId) => ways.broker?.current()?.isConnected(deviceId) ?? false,
  disconnect: (deviceId) => ways.broker?.current()?.disconnect(deviceId),
})

const probeWithinMs = 10_000

const checksOf = (database: StateStore, { supervision, ways }: { supervision: Supervision; ways: WaysOut }) => ({
  async store() {
    // A disk that is full is answered by an error, and is no better after a new start.
    await database.commit({ state: [{ area: 'watchdog', key: 'at', value: clock.now() }] }).catch(() => undefined)
    if (supervision.report()['store']?.state !== 'running') throw new Error('the database is not open')
  },
  async broker() {
    const broker = ways.broker?.current()
    if (!broker) throw new Error('the broker does not listen')
    await broker.answers(probeWithinMs)
  },
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

const healthOf = ({ presence }: Edge, { uplink, shipper }: WaysOut) => ({
  uplink: uplink?.current()?.isConnected() ? 'connected' : uplink ? 'away' : 'none',
  devicesOnline: presence.onlineCount(),
  telemetry: shipper?.current()?.status().state ?? 'none',
})

interface Watched {
  readonly edge: Edge
  readonly stores: { readonly store: StateStore; readonly spool: TelemetrySpool }
  readonly ways: WaysOut
  readonly retention: Retention
}

const watch = (metrics: Metrics, { edge, stores, ways, retention }: Watched) =>
  metrics.watch({
    messages: () => edge.hub.counts,
    outboxBacklog: async () => (await stores.store.outbox.status()).backlog,
    outboxDropped: retention.outboxDropped,
    outboxOldestAt: () => stores.store.outbox.oldestAt(),
    freeBytes: retention.freeBytes,
    held: retention.held,
    missing: () => edge.continuity.totals(),
    spool: () => stores.spool.status(),
    devicesOnline: () => edge.presence.onlineCount(),
    uplinkConnected: () => ways.uplink?.current()?.isConnected() ?? false,
  })
