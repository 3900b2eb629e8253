import { randomBytes, timingSafeEqual } from 'node:crypto'
import { isIPv4, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Aedes, type AedesOptions, type Client, type ConnectPacket } from 'aedes'
import { uplinkTopics } from '../contract/index.ts'
import { invalidConfiguration } from '../errors.ts'
import type { Visitor } from '../mqtt/index.ts'
import { certificateOf } from './client-certificate.ts'
import { openEntrance, type EntranceOptions } from './entrance.ts'
import type { TlsListener } from './listeners.ts'

export interface BrokerOptions extends Pick<EntranceOptions, 'maxConnections' | 'connectTimeoutMs' | 'fruitless'> {
  /** Plain listener, loopback only. */
  readonly host?: string | undefined
  readonly port: number
  readonly tls?: TlsListener | undefined
  readonly authenticate: (gatewayId: string, secret: string) => Promise<boolean>
  /** Asked instead, with its serial, of a gateway that shows a certificate of the platform's authority. */
  readonly admits: (gatewayId: string, shown: { readonly serial: string; readonly address: string }) => Promise<boolean>
  readonly admitted: (gatewayId: string, guest: AdmittedGuest) => void
  readonly refused: (reason: string) => void
}

export interface AdmittedGuest {
  /** Last will: it names the start of the gateway that speaks. */
  readonly will: Buffer | undefined
  readonly address: string
  readonly credential: 'secret' | 'certificate'
}

/** Cannot be the id of a gateway. */
const platformUser = '$platform'

const isLoopback = (host: string) => host === '::1' || host === 'localhost' || (isIPv4(host) && host.startsWith('127.'))

/** MQTT client id of a gateway: one connection for each, the newest wins [MQTT-3.1.4-2]. */
const clientIdOf = (gatewayId: string) => `gatehouse-${gatewayId}`

interface Guest extends Client {
  /** Set by `authenticate`. */
  gatewayId?: string
  /** Set by `preConnect`. */
  lastWill?: Buffer | undefined
  refusal?: ConnectRefusal | undefined
}

/** Answered with `returnCode`: 2 identifier rejected, 3 server unavailable, 5 not authorized. */
interface ConnectRefusal {
  readonly reason: string
  readonly returnCode: 2 | 3 | 5
}

/** Whether a CONNECT keeps the rules that are checked before anybody is asked for a secret. */
function checkConnect({ clientId, username, will }: ConnectPacket): ConnectRefusal | undefined {
  const name = username ?? ''
  if (clientId !== clientIdOf(name)) return { reason: 'client-id', returnCode: 2 }
  if (will && (will.topic !== uplinkTopics.up(name) || will.retain || will.qos === 2))
    return { reason: 'foreign-will', returnCode: 5 }
  return undefined
}

const mayPublish = ({ gatewayId }: Guest, topic: string) =>
  gatewayId === platformUser
    ? /^gh\/v1\/gateways\/[^/]+\/down$/.test(topic)
    : gatewayId !== undefined && topic === uplinkTopics.up(gatewayId)

const maySubscribe = ({ gatewayId }: Guest, topic: string) =>
  gatewayId === platformUser
    ? topic === uplinkTopics.allUp
    : gatewayId !== undefined && topic === uplinkTopics.down(gatewayId)

/** Who is connected, or is being let in. */
interface GuestBook {
  readonly visitors: WeakMap<Duplex, Visitor>
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
  async function check(client: Guest, name: string, password: Buffer): Promise<boolean> {
    if (name === platformUser) {
      if (password.length !== secret.length || !timingSafeEqual(password, secret)) return false
      book.visitors.get(client.conn)?.trust()
    } else {
      noteGuest(book, name, client.conn)
      const credential = await checkGateway(client, name, password)
      if (!credential) return false
      options.admitted(name, { will: client.lastWill, address: addressOf(client), credential })
    }
    client.gatewayId = name
    return true
  }

  /** Who shows a certificate is judged by that alone: a wrong one is not made good by a secret. */
  async function checkGateway(client: Guest, name: string, password: Buffer) {
    const shown = certificateOf(client.conn)
    if (shown === 'untrusted') return undefined
    if (shown === 'none') return (await options.authenticate(name, password.toString('utf8'))) ? 'secret' : undefined
    const admitted = shown.commonName === name && options.admits(name, { ...shown, address: addressOf(client) })
    return (await admitted) ? 'certificate' : undefined
  }

  return {
    maxInflightInbound: 1,
    preConnect(client: Guest, packet, done) {
      client.refusal = checkConnect(packet)
      // No session outlives its connection: a gateway that comes back must never find an old command.
      packet.clean = true
      client.lastWill = packet.will && Buffer.from(packet.will.payload)
      done(null, true)
    },
    authenticate(client: Guest, name = '', ...[password = Buffer.alloc(0), done]) {
      const answer = (refusal: ConnectRefusal | undefined) => {
        if (refusal) refused(refusal.reason)
        done(refusal ? Object.assign(new Error(refusal.reason), refusal) : null, !refusal)
      }
      if (client.refusal) answer(client.refusal)
      else
        check(client, name, password).then(
          (known) => answer(known ? undefined : { reason: 'credentials', returnCode: 5 }),
          () => answer({ reason: 'credentials-not-checked', returnCode: 3 }),
        )
    },
    authorizePublish(client, packet, done) {
      if (client) book.visitors.get(client.conn)?.settled()
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

const addressOf = ({ conn }: Client) => (conn instanceof Socket && conn.remoteAddress) || 'unknown'

/** The embedded MQTT broker between gateways and platform. */
export async function startBroker(options: BrokerOptions) {
  const host = options.host ?? '127.0.0.1'
  if (!isLoopback(host))
    throw invalidConfiguration(`the uplink listens without TLS on ${host}: use 127.0.0.1, or set up TLS`)

  const secret = Buffer.from(randomBytes(32).toString('base64url'))
  const visitors = new WeakMap<Duplex, Visitor>()
  const connections = new Map<string, Set<Duplex>>()
  const aedes = await Aedes.createBroker(policy(options, secret, { visitors, connections }))
  // Broken connections are everyday life; the refusals above are what is worth counting.
  aedes.on('clientError', () => undefined)
  aedes.on('connectionError', () => undefined)
  aedes.on('clientReady', ({ conn }) => visitors.get(conn)?.welcome())
  const entrance = await openEntrance({ ...options, host }, (socket, visitor) => {
    visitors.set(socket, visitor)
    aedes.handle(socket)
  })
  const { port, tlsPort } = entrance

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
      entrance.stop()
      await new Promise<void>((resolve) => {
        aedes.close(resolve)
      })
      entrance.clear()
    },
  }
}
