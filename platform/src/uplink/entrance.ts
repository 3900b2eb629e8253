import { createServer, type Socket } from 'node:net'
import { FrontDoor, type FrontDoorOptions, type Visitor } from '../mqtt/index.ts'
import { createSecureServer, listen, type TlsListener } from './listeners.ts'

export interface EntranceOptions {
  /** Plain listener. */
  readonly host: string
  readonly port: number
  readonly tls?: TlsListener | undefined
  readonly maxConnections?: number | undefined
  readonly connectTimeoutMs?: number | undefined
  /** Strangers that are listened to and come to nothing; more have to wait. */
  readonly fruitless?: FrontDoorOptions['fruitless']
  readonly refused: (reason: string) => void
}

// Without noDelay an answer waits for Nagle's algorithm: 42 ms instead of 0.3 ms.
const socketOptions = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
  highWaterMark: 16 * 1024,
  // Nothing is read of a connection before it is listened to.
  pauseOnConnect: true,
}
/** A gateway puts a week of records into many batches, never into one packet. */
const limits = { smallBytes: 16 * 1024, publishBytes: 8 * 1024 * 1024 }
/** A gateway that catches up after a week sends as fast as it is acknowledged; every 4 KiB count as a packet. */
const packets = { perSecond: 2000, burst: 10_000 }

/** Opens the listeners; whoever has sent a whole CONNECT is handed over. */
export async function openEntrance(options: EntranceOptions, onVisitor: (socket: Socket, visitor: Visitor) => void) {
  const { host, port, tls, maxConnections = 20_000, connectTimeoutMs = 5000, fruitless, refused } = options
  const frontDoor = new FrontDoor({ limits, packets, connectTimeoutMs, maxConnections, fruitless, refused })
  const sockets = new Set<Socket>()
  const hear = (socket: Socket) => frontDoor.listen(socket, (visitor) => onVisitor(socket, visitor))

  const admit = (onAdmitted: (connection: Socket) => void) =>
    createServer(socketOptions, (connection) => {
      if (sockets.size >= maxConnections) {
        refused('too-many-connections')
        connection.destroy()
        return
      }
      sockets.add(connection)
      connection.once('close', () => sockets.delete(connection))
      frontDoor.knock(connection, () => onAdmitted(connection))
    })

  const plain = admit(hear)
  const handshakes = tls && createSecureServer(tls, hear)
  handshakes?.on('tlsClientError', () => refused('tls'))
  // A handshake costs a thousand times what a connection costs: it begins when the connection is admitted.
  const secure = handshakes && admit((connection) => handshakes.emit('connection', connection))

  return {
    port: await listen(plain, port, host),
    tlsPort: secure && (await listen(secure, tls.port, tls.host ?? '0.0.0.0')),
    /** Nobody comes in any more. */
    stop() {
      plain.close()
      secure?.close()
    },
    /** Whoever is still here goes. */
    clear() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
