import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { isLoopback } from '../../core/loopback.ts'
import type { DeviceFront, ListenerIdentity, Logger, MediaStore, RefusalCounter } from '../../core/ports.ts'
import { plainListenerRefused } from '../../errors.ts'
import { refusals, send, type HttpAnswer } from './http-answer.ts'
import { createMediaRoute } from './media-routes.ts'

export interface GatewayHttpOptions {
  readonly host: string
  readonly port: number
  /** For TLS. Without it the host must be a loopback address. */
  readonly identity?: ListenerIdentity | undefined
  readonly maxConnections?: number
  readonly media: MediaStore
  readonly front: Pick<DeviceFront, 'signIn'>
  readonly counter: RefusalCounter
  readonly logger: Logger
  /** Prometheus text. */
  readonly metrics: () => Promise<string> | string
  readonly health: () => Promise<HealthReport> | HealthReport
}

export interface HealthReport {
  readonly ready: boolean
  /** More for people, by name. */
  readonly [part: string]: unknown
}

export interface GatewayHttp {
  readonly port: number
  /** Resolves when it listens no more, although nobody has closed it. */
  readonly failed: Promise<Error>
  close(): Promise<void>
}

/** An honest device sends its header at once and a picture within seconds. */
const serverOptions: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 8 * 1024,
  noDelay: true,
}

/** The HTTP door of the gateway: pictures for devices, health and metrics for operators. */
export async function startGatewayHttp(options: GatewayHttpOptions): Promise<GatewayHttp> {
  const { host, port, identity, maxConnections = 2000, counter, logger } = options
  if (!identity && !isLoopback(host)) throw plainListenerRefused(host)
  const route = createRoutes(options)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const result = await route(request).catch((error: unknown) => {
      if (request.destroyed && !request.complete) return undefined // the client has left in the middle of its body
      logger.error({ err: error }, 'a request could not be answered')
      return refusals.internal()
    })
    if (!result) return
    if (result.refusal !== undefined) counter.refused('http', result.refusal)
    // The rest of a body that nobody wants would have to be read before the next request.
    if (!request.complete) response.setHeader('connection', 'close')
    send(response, result)
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse) => void answer(request, response)
  const server = identity ? createSecureServer(identity, onRequest) : createServer(serverOptions, onRequest)
  server.maxConnections = maxConnections
  server.on('drop', () => counter.refused('http', 'too-many-connections'))
  server.on('clientError', (_error, socket) => {
    counter.refused('http', 'malformed')
    socket.destroy()
  })
  server.listen(port, host)
  await once(server, 'listening')
  const failed = Promise.withResolvers<Error>()
  server.on('error', failed.resolve)
  const { port: boundPort } = server.address() as AddressInfo
  return { port: boundPort, failed: failed.promise, close: () => close(server) }
}

/** Who asks for health or metrics has no client certificate; a device may have one instead of its secret. */
function createSecureServer(identity: ListenerIdentity, onRequest: RequestListener): Server {
  const askingAll = { requestCert: true, rejectUnauthorized: false }
  const server = createTlsServer({ ...serverOptions, ...askingAll, ...identity.context() }, onRequest)
  server.once(
    'close',
    identity.onChanged(() => server.setSecureContext(identity.context())),
  )
  return server
}

async function close(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

function createRoutes(options: GatewayHttpOptions): (request: IncomingMessage) => Promise<HttpAnswer> {
  const media = createMediaRoute(options)

  async function health(): Promise<HttpAnswer> {
    const report = await options.health()
    return {
      status: report.ready ? 200 : 503,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
      body: JSON.stringify(report),
    }
  }
  async function metrics(): Promise<HttpAnswer> {
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' }
    return { status: 200, headers, body: await options.metrics() }
  }
  const pages: ReadonlyMap<string, () => Promise<HttpAnswer>> = new Map([
    ['/api/health', health],
    ['/metrics', metrics],
  ])

  return async (request) => {
    const url = request.url ?? ''
    // Only a name of 64 hex digits ever becomes part of a path.
    const sha256 = /^\/media\/([0-9a-f]{64})$/.exec(url)?.[1]
    if (sha256 !== undefined) return media(request, sha256)
    const page = pages.get(url)
    if (!page) return refusals.notFound()
    return request.method === 'GET' ? page() : refusals.methodNotAllowed('GET')
  }
}
