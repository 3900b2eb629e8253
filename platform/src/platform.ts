import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { sql } from 'kysely'
import { pino, type Logger } from 'pino'
import { buildApp } from './app.ts'
import { startAudit } from './audit.ts'
import { startChores } from './chores.ts'
import { isLoopback, isRole, rolesRequiringTotp, type PlatformConfig } from './config.ts'
import { createLateLink } from './core/late-link.ts'
import { createMetrics } from './core/metrics.ts'
import { openVault } from './core/vault.ts'
import type { Rescue } from './database/rescue.ts'
import { openDatabase, type Database } from './database/database.ts'
import { openCertificateAuthority } from './modules/machines/certificate-authority.ts'
import { readPaymentSettings } from './payment-settings.ts'
import { createTelemetryService } from './modules/telemetry/telemetry.service.ts'
import { openBlobStore } from './modules/video/blob-store.ts'
import { createVideoService } from './modules/video/video.service.ts'
import { createServices, type Services } from './services.ts'
import { openTelemetry } from './telemetry.ts'
import { uplinkTls } from './uplink-tls.ts'
import type { TlsListener } from './uplink/listeners.ts'
import { startUplink } from './uplink/uplink.ts'

export interface Platform {
  readonly url: string
  readonly httpPort: number
  /** Plain MQTT for gateways on this host; 0 with an external broker. */
  readonly uplinkPort: number
  readonly uplinkTlsPort: number | undefined
  /** The made-up password of `admin`, when this start created the account without being given one. */
  readonly adminPassword: string | undefined
  close(): Promise<void>
}

async function readCertificate({ GATEHOUSE_TLS_CERT: cert, GATEHOUSE_TLS_KEY: key }: PlatformConfig) {
  if (cert === undefined || key === undefined) return undefined
  return { cert: await readFile(cert), key: await readFile(key) }
}

/** Undoes, in reverse order, what was opened: at the end, and when a later part cannot be opened. */
function createClosers() {
  const closers: (() => Promise<unknown>)[] = []
  return {
    add: (closer: () => Promise<unknown>) => closers.push(closer),
    async close() {
      for (const closer of closers.splice(0).reverse()) await closer()
    },
  }
}
type Closers = ReturnType<typeof createClosers>

const databaseAnswers = (db: Database) => async () => {
  await sql`select 1`.execute(db)
  return true
}

async function openStores(config: PlatformConfig, logger: Logger, closers: Closers) {
  const folder = resolve(config.GATEHOUSE_DATA, 'platform')
  const onIdleError = (error: Error) => logger.warn({ err: error }, 'database connection lost')
  const onRescue = (rescue: Rescue) =>
    logger.error(rescue, 'the database was damaged: it was put aside and replaced by what could be read of it')
  const db = await openDatabase({ url: config.DATABASE_URL, folder, onIdleError, onRescue })
  closers.add(() => db.destroy())
  const telemetry = openTelemetry(config, folder, logger)
  closers.add(() => telemetry.close())
  return { db, telemetry, vault: await openVault(folder), blobs: await openBlobStore(join(folder, 'media')) }
}

function openUplink(config: PlatformConfig, services: Services, tls: TlsListener | undefined) {
  const port = config.GATEHOUSE_UPLINK_PORT
  return {
    registry: services.registry,
    records: services.records,
    devices: services.readings.watch,
    commands: services.commandProgress,
    continuity: services.continuity.sink,
    brokerUrl: config.GATEHOUSE_UPLINK_BROKER,
    silentAfterMs: config.GATEHOUSE_GATEWAY_SILENT_S * 1000,
    identity: services.certificates,
    alarms: services.machineAlerts,
    listen: { port, tls },
  }
}

async function open(config: PlatformConfig, logger: Logger, closers: Closers): Promise<Omit<Platform, 'close'>> {
  const clock = Date
  const metrics = createMetrics()
  const tls = await readCertificate(config)
  const { db, vault, telemetry, blobs } = await openStores(config, logger, closers)
  const late = createLateLink()
  const timeZone = config.GATEHOUSE_TIME_ZONE
  const authority = await openCertificateAuthority({ db, vault, clock })
  const services = createServices({
    ...{ db, vault, clock, metrics, logger, timeZone, authority },
    link: late.link,
    folder: resolve(config.GATEHOUSE_DATA, 'platform'),
    requireTotp: rolesRequiringTotp(config).filter(isRole),
    uplinkUrl: config.GATEHOUSE_UPLINK_URL,
    certificateMs: config.GATEHOUSE_CERTIFICATE_DAYS * 86_400_000,
    payments: await readPaymentSettings(config),
  })
  const auditing = await startAudit(services, { db, clock, logger, folder: resolve(config.GATEHOUSE_DATA, 'platform') })
  closers.add(() => auditing.stop())
  await services.registry.begin()
  const adminPassword = await services.identity.createFirst(config.GATEHOUSE_ADMIN_PASSWORD)

  const { devices, gateways, registry, publisher, realtime, signIns } = services
  const app = await buildApp({
    ...{ services, metrics, logger },
    video: createVideoService({ db, blobs, registry, publisher, clock }),
    telemetry: createTelemetryService({ devices, gateways, reader: telemetry.reader }),
    telemetryWriter: telemetry.writer,
    probes: {
      essential: { database: databaseAnswers(db) },
      others: { uplink: async () => late.isConnected(), audit: auditing.isHealthy, ...telemetry.probes },
    },
    consoleFolder: resolve(config.GATEHOUSE_CONSOLE_DIR ?? join(import.meta.dirname, '../../console/dist')),
    requestsPerMinute: config.GATEHOUSE_REQUESTS_PER_MINUTE,
    https: tls && !isLoopback(config.GATEHOUSE_HOST) ? tls : null,
  })
  closers.add(() => app.close())
  realtime.attach(app.server, signIns)
  closers.add(() => realtime.close())
  const chores = startChores(services, logger)
  closers.add(() => chores.stop())

  const secure = await uplinkTls(config, authority, tls)
  const uplink = await startUplink({ ...openUplink(config, services, secure), metrics, logger })
  closers.add(() => uplink.close())
  late.open(uplink)
  const url = await app.listen({ host: config.GATEHOUSE_HOST, port: config.GATEHOUSE_HTTP_PORT })
  const { port: httpPort } = app.server.address() as AddressInfo
  return { url, httpPort, uplinkPort: uplink.port, uplinkTlsPort: uplink.tlsPort, adminPassword }
}

/** Opens every part of the platform in order; if one cannot be opened, what is open is closed again. */
export async function startPlatform(
  config: PlatformConfig,
  logger: Logger = pino({ level: config.GATEHOUSE_LOG_LEVEL }),
): Promise<Platform> {
  const closers = createClosers()
  try {
    const platform = await open(config, logger, closers)
    const { url, httpPort, uplinkPort, uplinkTlsPort } = platform
    logger.info({ url, httpPort, uplinkPort, uplinkTlsPort }, 'platform listening')
    return { ...platform, close: () => closers.close() }
  } catch (error) {
    await closers.close()
    throw error
  }
}
