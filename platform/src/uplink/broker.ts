import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, isIPv4, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Duplex } from 'node:stream'
import { Aedes, type AedesOptions, type Client, type ConnectPacket } from 'aedes'
import { uplinkTopics } from '../contract/index.ts'
import { invalidConfiguration } from '../errors.ts'
import { createPacketScanner, guardPackets, type PacketScanner } from './packet-guard.ts'

export interface BrokerOptions {
  /** Plain listener, loopback only. */
  readonly host?: string | undefined
  readonly port: number
  readonly tls?:
    | { readonly host?: string; readonly port: number; readonly cert: string | Buffer; readonly key: string | Buffer }
    | undefined
  readonly maxConnections?: number | undefined
  readonly connectTimeoutMs?: number | undefined
  readonly authenticate: (gatewayId: string, secret: string) => Promise<boolean>
  readonly refused: (reason: string) => void
}

/** A gateway puts a week of records into many batches, never into one packet. */
const packetLimits = { first: 16 * 1024, later: 8 * 1024 * 1024 }
const handshakeTimeout = 10_000
/** Cannot be the id of a gateway. */
const platformUser = '$platform'

const isLoopback = (host: string) => host === '::1' || host === 'localhost' || (isIPv4(host) && host.startsWith('127.'))

/** MQTT client id of a gateway: one connection for each, the newest wins [MQTT-3.1.4-2]. */
const clientIdOf = (gatewayId: string) => `gatehouse-${gatewayId}`

interface Guest extends Client {
  /** Set by `authenticate`. */
  gatewayId?: string
}

/** Whether a CONNECT keeps the rules that are checked before anybody is asked for a secret. */
function connectProblem({ clientId, username, will }: ConnectPacket): string | undefined {
  const name = username ?? ''
  if (clientId !== clientIdOf(name)) return 'client-id'
  if (will && (will.topic !== uplinkTopics.up(name) || will.retain || will.qos === 2)) return 'foreign-will'
  return undefined
}

/** Who is connected, or is being let in. */
interface GuestBook {
  readonly scanners: WeakMap<Duplex, PacketScanner>
  readonly connections: Map<string, Set<Duplex>>
}

/** Written down before the secret is looked up: who comes in while it changes can be shown out again. */
function noteGuest({ connections }: GuestBook, gatewayId: string, connection: Duplex) {
  if (connection.destroyed) return
  const present = connections.get(gatewayId) ?? new Set()
  connections.set(gatewayId, present.add(connection))
  connection.once('close', () => {
    present.delete(connection)
    if (present.size === 0 && connections.get(gatewayId) === present) connections.delete(gatewayId)
  })
}

function policy(options: BrokerOptions, secret: Buffer, book: GuestBook): AedesOptions {
  const { refused } = options
  const mayPublish = (client: Guest, topic: string) =>
    client.gatewayId === platformUser
      ? /^gh\/v1\/gateways\/[^/]+\/down$/.test(topic)
      : client.gatewayId !== undefined && topic === uplinkTopics.up(client.gatewayId)
  const maySubscribe = (client: Guest, topic: string) =>
    client.gatewayId === platformUser
      ? topic === uplinkTopics.allUp
      : client.gatewayId !== undefined && topic === uplinkTopics.down(client.gatewayId)

  async function check(client: Guest, name: string, password: Buffer): Promise<boolean> {
    if (name === platformUser) {
      if (password.length !== secret.length || !timingSafeEqual(password, secret)) return false
      book.scanners.get(client.conn)?.lift()
    } else {
      noteGuest(book, name, client.conn)
      if (!(await options.authenticate(name, password.toString('utf8')))) return false
    }
    client.gatewayId = name
    return true
  }

  return {
    connectTimeout: options.connectTimeoutMs ?? 10_000,
    maxInflightInbound: 1,
    preConnect(_client, packet, done) {
      const problem = connectProblem(packet)
      if (problem) {
        refused(problem)
        done(new Error(problem), false)
        return
      }
      // No session outlives its connection: a gateway that comes back must never find an old command.
      packet.clean = true
      done(null, true)
    },
    authenticate(client, name = '', ...[password = Buffer.alloc(0), done]) {
      check(client, name, password).then(
        (known) => {
          if (!known) refused('credentials')
          done(null, known)
        },
        () => {
          refused('credentials-not-checked')
          done(null, false)
        },
      )
    },
    authorizePublish(client, packet, done) {
      const allowed = client !== null && mayPublish(client, packet.topic) && !packet.retain && packet.qos < 2
      if (!allowed) refused('publish')
      done(allowed ? null : new Error('not allowed to publish here'))
    },
    authorizeSubscribe(client, subscription, done) {
      const allowed = maySubscribe(client, subscription.topic)
      if (!allowed) refused('subscribe')
      done(null, allowed ? subscription : null)
    },
  }
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const createSecure = ({ cert, key }: NonNullable<BrokerOptions['tls']>, accept: (socket: Socket) => void) =>
  createTlsServer({ noDelay: true, cert, key, handshakeTimeout }, accept)

/** The embedded MQTT broker between gateways and platform. */
export async function startBroker(options: BrokerOptions) {
  const host = options.host ?? '127.0.0.1'
  if (!isLoopback(host))
    throw invalidConfiguration(`the uplink listens without TLS on ${host}: use 127.0.0.1, or set up TLS`)

  const maxConnections = options.maxConnections ?? 5000
  const secret = Buffer.from(randomBytes(32).toString('base64url'))
  const scanners = new WeakMap<Duplex, PacketScanner>()
  const connections = new Map<string, Set<Duplex>>()
  const sockets = new Set<Socket>()
  const aedes = await Aedes.createBroker(policy(options, secret, { scanners, connections }))
  // Broken connections are everyday life; the refusals above are what is worth counting.
  aedes.on('clientError', () => undefined)
  aedes.on('connectionError', () => undefined)

  function accept(socket: Socket) {
    if (sockets.size >= maxConnections) {
      options.refused('too-many-connections')
      socket.destroy()
      return
    }
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    const scanner = createPacketScanner(packetLimits)
    scanners.set(socket, scanner)
    guardPackets(socket, scanner, () => options.refused('packet-too-large'))
    aedes.handle(socket)
  }

  // Without noDelay an answer waits for Nagle's algorithm: 42 ms instead of 0.3 ms.
  const plain = createServer({ noDelay: true }, accept)
  const { tls } = options
  const secure = tls && createSecure(tls, accept)
  if (secure) secure.maxConnections = maxConnections
  secure?.on('tlsClientError', () => options.refused('tls'))
  const port = await listen(plain, options.port, host)
  const tlsPort = secure && (await listen(secure, tls.port, tls.host ?? '0.0.0.0'))

  return {
    port,
    tlsPort,
    /** How the platform itself signs in. */
    platform: {
      url: `mqtt://${host === '::1' ? '[::1]' : host}:${port}`,
      clientId: clientIdOf(platformUser),
      username: platformUser,
      password: secret.toString(),
    },
    disconnect(gatewayId: string) {
      for (const connection of connections.get(gatewayId) ?? []) connection.destroy()
    },
    async close() {
      plain.close()
      secure?.close()
      await new Promise<void>((resolve) => {
        aedes.close(resolve)
      })
      for (const socket of sockets) socket.destroy()
    },
  }
}
