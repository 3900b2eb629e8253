import type { Aedes, AedesOptions, Client, ConnectPacket, PublishPacket } from 'aedes'
import type { Socket } from 'node:net'
import type { DeviceFront, Logger, RefusalCounter } from '../../core/ports.ts'
import type { TokenBucketOptions } from '../../core/token-bucket.ts'
import { AppError } from '../../errors.ts'
import { parseTopic, type DownChannel } from '../../protocol/index.ts'
import { checkConnect, isBrokenText, type ConnectRefusal } from './connect-rule.ts'
import type { PacketGuard } from './packet-guard.ts'
import { Session } from './session.ts'

interface DoorParts {
  readonly front: DeviceFront
  readonly counter: RefusalCounter
  readonly logger: Logger
  readonly rate: TokenBucketOptions
}

/** A connection from its first byte on; `session` once it has signed in. */
interface Visit {
  readonly socket: Socket
  readonly guard: PacketGuard
  refusal?: ConnectRefusal | undefined
  hasWill: boolean
  session?: Session
}

const unknownOrWrong = { reason: 'not-authorized', returnCode: 4 } as const

/** Ends a connection; the reason is counted where it is raised. */
class Refusal extends Error {}
type SignInRefusal = Refusal & { readonly returnCode: number }
type SignInAnswer = (refusal: SignInRefusal | null, success: boolean) => void

type Hooks = Required<
  Pick<AedesOptions, 'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'>
>

/** Who may come in and what they may say: the hooks of the broker library, and the sessions behind them. */
export class DeviceDoor {
  readonly #parts: DoorParts
  readonly #visits = new WeakMap<Client, Visit>()
  /** The present connection of each device, by device id. */
  readonly #sessions = new Map<string, Session>()
  /** Devices whose last message was refused: logged once, not once a message. */
  readonly #offenders = new Set<string>()
  #closed = false

  constructor(parts: DoorParts) {
    this.#parts = parts
  }

  readonly hooks: Hooks = {
    preConnect: (client, packet, done) => {
      const refusal = this.#lookAt(client, packet)
      done(refusal ?? null, !refusal)
    },
    authenticate: (client, ...rest) => {
      const [username = '', password, done]: [string | undefined, Buffer | undefined, SignInAnswer] = rest
      const refusal = this.#signIn(client, username, password?.toString() ?? '')
      done(refusal ?? null, !refusal)
    },
    authorizePublish: (client, packet, done) => {
      const visit = client ? this.#visits.get(client) : undefined
      const refusal = visit?.session ? this.#take(visit.session, packet, done) : new Refusal('not signed in')
      if (refusal) done(refusal)
    },
    authorizeSubscribe: (client, subscription, done) => {
      const session = this.#visits.get(client)?.session
      if (!session || isBrokenText(subscription.topic)) done(this.#refuse('malformed'))
      else done(null, this.#subscribe(session, subscription.topic) ? subscription : null)
    },
    // Only messages of the house to the device itself come this way; an old connection gets nothing more.
    authorizeForward: (client, packet) => (this.#isPresent(this.#visits.get(client)?.session) ? packet : null),
  }

  /** Begins to follow what becomes of a connection. */
  enter(client: Client, visit: Pick<Visit, 'socket' | 'guard'>): void {
    const entered: Visit = { ...visit, hasWill: false }
    this.#visits.set(client, entered)
    visit.socket.once('close', () => this.#leave(entered))
  }

  watch(aedes: Aedes): void {
    aedes.on('connackSent', ({ returnCode }, client) => {
      const session = this.#visits.get(client)?.session
      if (returnCode !== 0 || !session || !this.#isPresent(session)) return
      session.isReady = true
      session.isAnnounced = true
      this.#parts.front.connected(session.deviceId)
    })
    aedes.on('unsubscribe', (names, client) => {
      const session = this.#visits.get(client)?.session
      if (!session) return
      for (const name of names) {
        const channel = this.#downChannel(session, name)
        if (channel) session.unsubscribed(channel)
      }
    })
  }

  sessionOf(deviceId: string): Session | undefined {
    const session = this.#sessions.get(deviceId)
    return session?.isReady && !session.socket.destroyed ? session : undefined
  }

  /** Ends the connection of a device, whatever it is doing. */
  expel(deviceId: string): void {
    this.#sessions.get(deviceId)?.socket.destroy()
  }

  get size(): number {
    return this.#sessions.size
  }

  /** From now on nobody is let in, and connections that end are not the devices' doing. */
  close(): void {
    this.#closed = true
  }

  #lookAt(client: Client, packet: ConnectPacket): Refusal | undefined {
    const visit = this.#visits.get(client)
    if (!visit) return new Refusal('unknown connection')
    visit.refusal = checkConnect(packet)
    if (visit.refusal?.reason === 'malformed') return this.#refuse('malformed')
    visit.hasWill = packet.will !== undefined
    // The will is carried out here, where a takeover and a broken connection can be told apart.
    delete packet.will
    // One session per device: sessions go by device id, whatever follows it in the client id.
    packet.clientId = packet.username ?? ''
    return undefined
  }

  #signIn(client: Client, deviceId: string, secret: string): SignInRefusal | undefined {
    const visit = this.#visits.get(client)
    if (!visit || visit.refusal) return this.#refuseSignIn(visit?.refusal ?? unknownOrWrong)
    if (!this.#parts.front.authenticate(deviceId, secret)) return this.#refuseSignIn(unknownOrWrong)
    const { rate, counter } = this.#parts
    const onSlowedDown = () => counter.refused('mqtt', 'rate')
    const session = new Session({ deviceId, client, socket: visit.socket, rate, onSlowedDown })
    const earlier = this.#sessions.get(deviceId)
    visit.session = session
    this.#sessions.set(deviceId, session)
    session.isAnnounced = earlier?.isAnnounced ?? false
    earlier?.socket.destroy() // [MQTT-3.1.4-2]
    return undefined
  }

  #take(session: Session, packet: PublishPacket, done: (error?: Error | null) => void): Refusal | undefined {
    const channel = session.upChannel(packet.topic)
    if (channel === undefined) return this.#refuse('foreign-topic')
    if (packet.retain && channel !== 'status') return this.#refuse('retained')
    if (packet.qos > 0 && !packet.messageId) return this.#refuse('malformed') // [MQTT-2.3.1-1]
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
    session.inbox.push(
      () => this.#parts.front.accept(session.deviceId, channel, payload),
      (error) => done(error ? this.#notAccepted(session.deviceId, error) : null),
    )
    return undefined
  }

  #subscribe(session: Session, topic: string): boolean {
    const channel = this.#downChannel(session, topic)
    if (channel === undefined) this.#parts.counter.refused('mqtt', 'foreign-subscription')
    else session.subscribed(channel)
    return channel !== undefined
  }

  #leave({ session, hasWill, guard }: Visit): void {
    if (!session) return
    session.ended()
    if (this.#sessions.get(session.deviceId) !== session) return
    this.#sessions.delete(session.deviceId)
    if (!session.isAnnounced || this.#closed) return
    this.#parts.front.disconnected(session.deviceId, hasWill && !guard.saidGoodbye ? 'last-will' : 'disconnected')
  }

  #isPresent(session: Session | undefined): boolean {
    return session !== undefined && this.#sessions.get(session.deviceId) === session
  }

  #downChannel(session: Session, topic: string): DownChannel | undefined {
    const parsed = parseTopic(topic)
    if (parsed?.deviceId !== session.deviceId) return undefined
    const { channel } = parsed
    return channel === 'command' || channel === 'desired' ? channel : undefined
  }

  #refuseSignIn({ reason, ...rest }: ConnectRefusal): SignInRefusal {
    return Object.assign(this.#refuse(reason), { returnCode: 'returnCode' in rest ? rest.returnCode : 5 })
  }

  #refuse(reason: string): Refusal {
    this.#parts.counter.refused('mqtt', reason)
    return new Refusal(reason)
  }

  #notAccepted(deviceId: string, error: Error): Refusal {
    const { logger } = this.#parts
    if (!(error instanceof AppError) || error.code !== 'INVALID_MESSAGE') {
      logger.error({ deviceId, err: error }, 'a message could not be stored')
      return this.#refuse('not-stored')
    }
    if (!this.#offenders.has(deviceId)) {
      this.#offenders.add(deviceId)
      logger.warn({ deviceId, problem: error.message }, 'a device breaks the protocol, its connection was closed')
    }
    return this.#refuse('invalid-message')
  }
}

/** Errors of the broker library that nobody has counted yet; broken connections are no refusals. */
export function reasonOf(error: Error): string | undefined {
  if (error instanceof Refusal || 'code' in error || error.message === 'keep alive timeout') return undefined
  if (error.message === 'connect did not arrive in time') return 'no-connect'
  return error.message === 'drain timeout' ? 'does-not-read' : 'malformed'
}
