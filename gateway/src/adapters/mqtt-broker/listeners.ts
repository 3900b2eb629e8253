import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { isLoopback } from '../../core/loopback.ts'
import type { DeviceCertificate, ListenerIdentity } from '../../core/ports.ts'
import { plainListenerRefused } from '../../errors.ts'

export interface PlainListener {
  readonly host: string
  readonly port: number
}

export interface TlsListener extends PlainListener {
  readonly identity: ListenerIdentity
}

/** What a connection has shown before its first byte of MQTT. */
export type Shown = DeviceCertificate | 'invalid' | undefined

export interface ListenerEvents {
  readonly maxConnections: number
  /** A TCP connection; it is looked at once `onAdmitted` is called. */
  readonly onKnock: (connection: Socket, onAdmitted: () => void) => void
  readonly onSocket: (socket: Socket, shown: Shown) => void
  readonly onRefused: (reason: string) => void
}

export interface Listener {
  readonly port: number
  /** Resolves when it listens no more, although nobody has closed it. */
  readonly failed: Promise<Error>
  close(): Promise<void>
}

// Without noDelay a plate event is answered after the 40 ms of Nagle's algorithm instead of at once.
const socketOptions = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
  highWaterMark: 16 * 1024,
  // Nothing is read of a connection before it is listened to.
  pauseOnConnect: true,
}
/** So many connections are taken at once, before anybody who is connected is heard again. */
const backlog = 64

export async function listenPlain({ host, port }: PlainListener, events: ListenerEvents): Promise<Listener> {
  if (!isLoopback(host)) throw plainListenerRefused(host)
  return open({ host, port }, events, (connection) => events.onSocket(connection, undefined))
}

/** Asks for a client certificate and lets everybody through: who has none may still have a secret. */
export async function listenTls({ host, port, identity }: TlsListener, events: ListenerEvents): Promise<Listener> {
  const askingAll = { requestCert: true, rejectUnauthorized: false }
  const handshakes = createTlsServer({ ...askingAll, ...identity.context() }, (socket) =>
    events.onSocket(socket, identity.certificateOf(socket)),
  )
  handshakes.on('tlsClientError', () => events.onRefused('tls'))
  const unfollow = identity.onChanged(() => handshakes.setSecureContext(identity.context()))
  // A handshake costs a thousand times what a connection costs: it begins when the connection is admitted.
  const listener = await open({ host, port }, events, (connection) => handshakes.emit('connection', connection))
  return {
    port: listener.port,
    failed: listener.failed,
    close: async () => {
      unfollow()
      await listener.close()
    },
  }
}

type OnAdmitted = (connection: Socket) => void

async function open({ host, port }: PlainListener, events: ListenerEvents, onAdmitted: OnAdmitted): Promise<Listener> {
  const server = createServer(socketOptions, (connection) => events.onKnock(connection, () => onAdmitted(connection)))
  server.maxConnections = events.maxConnections
  server.on('drop', () => events.onRefused('too-many-connections'))
  server.listen({ port, host, backlog })
  await once(server, 'listening')
  const failed = Promise.withResolvers<Error>()
  server.on('error', failed.resolve)
  return {
    port: (server.address() as AddressInfo).port,
    failed: failed.promise,
    close: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}
