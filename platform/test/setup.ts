import { cp, mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { buildApp } from '../src/app.ts'
import type { AreaEventRecord, InputOf, Role } from '../src/contract/index.ts'
import type { Endpoint } from '../src/contract/index.ts'
import { createMetrics } from '../src/core/metrics.ts'
import type { Caller } from '../src/core/ports.ts'
import { openVault } from '../src/core/vault.ts'
import { openDatabase, type DatabaseOptions } from '../src/database/database.ts'
import type { PaymentSettings } from '../src/modules/payments/payments.service.ts'
import type { HttpPort } from '../src/modules/payments/providers/http-port.ts'
import { startEmbeddedTelemetry } from '../src/modules/telemetry/store/embedded-telemetry.ts'
import { openCertificateAuthority } from '../src/modules/machines/certificate-authority.ts'
import { createTelemetryService } from '../src/modules/telemetry/telemetry.service.ts'
import { openBlobStore } from '../src/modules/video/blob-store.ts'
import { createVideoService } from '../src/modules/video/video.service.ts'
import { createServices } from '../src/services.ts'
import { createFakeLink } from './fake-gateway-link.ts'
import { startPostgres, type Postgres } from './postgres.ts'

/** Both databases that the platform runs on. */
export const databases = ['sqlite', 'postgres'] as const
export type DatabaseKind = (typeof databases)[number]

/** Starts a PostgreSQL server for the file; answers how to get the database of a new platform, or one without tables. */
export function usePostgres() {
  let server: Postgres | undefined
  let empty: string | undefined
  beforeAll(async () => {
    server = await startPostgres()
    empty = await server.createDatabase()
    await migrate({ url: empty, folder: '' })
  }, 60_000)
  afterAll(() => server?.stop())
  return async (kind: DatabaseKind, place: 'new' | 'bare' = 'new') =>
    kind === 'postgres' ? server?.createDatabase(place === 'new' ? empty : undefined) : undefined
}

async function migrate(place: Pick<DatabaseOptions, 'url' | 'folder'>) {
  const db = await openDatabase({ ...place, onIdleError: () => undefined })
  await db.destroy()
}

let emptyFolder: Promise<string> | undefined
afterAll(async () => {
  if (emptyFolder) await rm(await emptyFolder, { recursive: true, force: true })
})

/** A folder with the database of a new platform: its schema is made once for all tests of a file. */
async function newFolder(): Promise<string> {
  const makeEmpty = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-empty-'))
    await migrate({ folder })
    return folder
  }
  const [folder, empty] = await Promise.all([
    mkdtemp(join(tmpdir(), 'gatehouse-platform-')),
    (emptyFolder ??= makeEmpty()),
  ])
  await cp(empty, folder, { recursive: true })
  return folder
}

export const system: Caller = { username: 'admin', role: 'admin', scope: '' }
/** Who makes the accounts of a test; has none itself, so that every account can be made. */
const registrar: Caller = { username: 'registrar', role: 'admin', scope: '' }
export const password = 'correct horse battery'

export interface SetupOptions {
  /** An existing folder for everything that is stored. */
  readonly folder?: string
  readonly databaseUrl?: string | undefined
  readonly startAt?: number
  readonly requestsPerMinute?: number
  readonly requireTotp?: readonly Role[]
  readonly payments?: PaymentSettings
  /** Instead of the internet, for payment providers. */
  readonly http?: HttpPort
}

/** Its thread costs more than most tests do, and few of them need it. */
function telemetryOnDemand(start: () => ReturnType<typeof startEmbeddedTelemetry>): ReturnType<typeof start> {
  let store: ReturnType<typeof start> | undefined
  const started = () => (store ??= start())
  return {
    write: (body) => started().write(body),
    series: (query) => started().series(query),
    close: async () => store?.close(),
  }
}

/** All of the platform but the uplink, on a clock that the test moves. */
export async function setup(options: SetupOptions = {}) {
  const folder = options.folder ?? (await newFolder())
  const time = { now: options.startAt ?? Date.parse('2026-06-01T12:00:00+08:00') }
  const clock = { now: () => time.now }
  const metrics = createMetrics()
  const logger = pino({ level: 'silent' })
  const gateway = createFakeLink()
  const onIdleError = () => undefined
  const db = await openDatabase({ url: options.databaseUrl, folder, onIdleError })
  const vault = await openVault(folder)
  const authority = await openCertificateAuthority({ db, vault, clock })
  const services = createServices({
    ...{ db, vault, clock, metrics, logger, authority },
    certificateMs: 90 * 86_400_000,
    link: gateway.link,
    folder,
    requireTotp: options.requireTotp,
    timeZone: 'Asia/Shanghai',
    payments: options.payments,
    paymentHttp: options.http,
  })
  const { registry, publisher, devices, gateways } = services
  const store = telemetryOnDemand(() => startEmbeddedTelemetry({ folder: join(folder, 'telemetry'), logger }))
  const blobs = await openBlobStore(join(folder, 'media'))
  const app = await buildApp({
    ...{ services, metrics, logger },
    video: createVideoService({ db, blobs, registry, publisher, clock }),
    telemetry: createTelemetryService({ devices, gateways, reader: store }),
    telemetryWriter: store,
    probes: {
      essential: { database: async () => true },
      others: { influxdb: () => Promise.reject(new Error('away')) },
    },
    consoleFolder: join(folder, 'console'),
    requestsPerMinute: options.requestsPerMinute ?? 100_000,
    https: null,
  })
  onTestFinished(async () => {
    await services.realtime.close()
    await app.close()
    await services.audit.close()
    await store.close()
    await db.destroy()
    await rm(folder, { recursive: true, force: true })
  })
  return { ...{ app, db, services, gateway, time, folder, metrics } }
}

export type House = Awaited<ReturnType<typeof setup>>

/** Two compounds in different communities; each has a gateway and one device. */
export async function furnish({ services, gateway }: House) {
  const secrets: Record<string, string> = {}
  for (const [id, path] of [
    ['garden', 'riverside/east/garden'],
    ['lake', 'riverside/west/lake'],
  ] as const) {
    await services.compounds.put(system, { id, name: id, path })
    const { secret = '' } = await services.gateways.put(system, { gatewayId: `gw-${id}`, compoundId: id })
    secrets[`gw-${id}`] = secret
    await services.devices.put(system, `barrier-${id}`, {
      ...{ compoundId: id, kind: 'barrier', name: 'North gate', place: 'North gate, in', secret: 'barrier-secret' },
    })
    gateway.online.add(`gw-${id}`)
    await services.registry.setOnline(`gw-${id}`, true)
  }
  return secrets
}

/** Stores records of a gateway as if they had come over the uplink. */
export function createOutbox({ services, time }: House, gatewayId: string) {
  let seq = 0
  return {
    record(type: string, body: object, more: Partial<AreaEventRecord> = {}): AreaEventRecord {
      seq += 1
      return { seq, type, at: time.now, body: body as Record<string, unknown>, ...more }
    },
    store: (records: readonly AreaEventRecord[], lane: 'backlog' | 'live' = 'backlog', clock = time.now) =>
      services.records.store(gatewayId, { records, lane, clock }),
  }
}

/** Signs in a new person and answers the cookie. */
export async function signInAs(
  { app, services }: House,
  { username, role, scope }: { username: string; role: Role; scope: string },
) {
  const user = { username, name: username, role, scope }
  await services.identity.put(registrar, user, { password, temporaryPassword: false })
  const answer = await app.inject({ method: 'POST', url: '/api/session', payload: { username, password } })
  const [cookie] = answer.cookies
  if (answer.statusCode !== 200 || !cookie) throw new Error(`sign-in failed: ${answer.body}`)
  return `${cookie.name}=${cookie.value}`
}

/** Files are answered as they are. */
function bodyOf({ body, headers }: LightMyRequestResponse): unknown {
  if (body === '') return undefined
  return String(headers['content-type']).startsWith('application/json') ? JSON.parse(body) : body
}

/** Calls an endpoint of the contract. */
export async function call<E extends Endpoint>(
  { app }: House,
  endpoint: E,
  input: Partial<InputOf<E>> & { cookie?: string; headers?: Record<string, string> } = {},
) {
  const {
    params = {},
    querystring,
    body,
    cookie,
    headers,
  } = input as {
    params?: Record<string, string>
    querystring?: Record<string, string>
    body?: object
    cookie?: string
    headers?: Record<string, string>
  }
  const url = endpoint.url.replace(/:(\w+)/g, (_match, name: string) => encodeURIComponent(params[name] ?? ''))
  const answer = await app.inject({
    method: endpoint.method,
    url,
    ...(querystring && { query: querystring }),
    ...(body && { payload: body }),
    headers: { ...(cookie !== undefined && { cookie }), ...headers },
  })
  return {
    status: answer.statusCode,
    body: bodyOf(answer),
    answer,
  }
}

/** Listens on a free port and answers the address. */
export async function listen({ app, services }: House): Promise<string> {
  services.realtime.attach(app.server, services.signIns)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}
