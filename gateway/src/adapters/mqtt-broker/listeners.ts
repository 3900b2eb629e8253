import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { isLoopback } from '../../core/loopback.ts'
import { plainListenerRefused } from '../../errors.ts'

export interface PlainListener {
  readonly host: string
  readonly port: number
}

export interface TlsListener extends PlainListener {
  /** PEM. */
  readonly cert: string | Buffer
  readonly key: string | Buffer
}

export interface ListenerEvents {
  readonly maxConnections: number
  readonly onSocket: (socket: Socket) => void
  readonly onRefused: (reason: string) => void
}

export interface Listener {
  readonly port: number
  close(): Promise<void>
}

// Without noDelay a plate event is answered after the 40 ms of Nagle's algorithm instead of at once.
const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }
const handshakeTimeoutMs = 10_000

export async function listenPlain({ host, port }: PlainListener, events: ListenerEvents): Promise<Listener> {
  if (!isLoopback(host)) throw plainListenerRefused(host)
  return open(createServer(socketOptions, events.onSocket), { host, port }, events)
}

export async function listenTls({ host, port, cert, key }: TlsListener, events: ListenerEvents): Promise<Listener> {
  const server = createTlsServer(
    { ...socketOptions, cert, key, minVersion: 'TLSv1.2', handshakeTimeout: handshakeTimeoutMs },
    events.onSocket,
  )
  server.on('tlsClientError', () => events.onRefused('tls'))
  return open(server, { host, port }, events)
}

async function open(server: Server, { host, port }: PlainListener, events: ListenerEvents): Promise<Listener> {
  server.maxConnections = events.maxConnections
  server.on('drop', () => events.onRefused('too-many-connections'))
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}
