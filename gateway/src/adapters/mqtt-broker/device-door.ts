import type { Visitor } from '@gatehouse/platform/mqtt'
import type { Aedes, AedesOptions, Client, ConnectPacket, PublishPacket, Subscription } from 'aedes'
import type { Socket } from 'node:net'
import type { DeviceCertificate, DeviceFront, Logger, RefusalCounter, Speaker } from '../../core/ports.ts'
import { AppError } from '../../errors.ts'
import { checkConnect, type ConnectRefusal } from './connect-rule.ts'
import { dismiss } from './dismiss.ts'
import type { Shown } from './listeners.ts'
import { probeName } from './loopback-probe.ts'
import { Session } from './session.ts'

interface DoorParts {
  readonly front: DeviceFront
  readonly counter: RefusalCounter
  readonly logger: Logger
}

/** A connection from its CONNECT on; `session` once it has signed in. */
interface Visit {
  readonly socket: Socket
  readonly visitor: Visitor
  /** The client certificate, of a connection that has one. */
  readonly shown: Shown
  /** As the device chose it. */
  clientId: string
  /** Who it says it is. */
  speaker: Speaker
  refusal?: ConnectRefusal | undefined
  hasWill: boolean
  session?: Session
}

const unknownOrWrong = { reason: 'not-authorized', returnCode: 4 } as const
const badCertificate = { reason: 'bad-certificate', returnCode: 5 } as const

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
  /** Connections whose message was left without an answer, because the disk did not take it. */
  readonly #unanswered = new Set<Session>()
  #closed = false

  constructor(parts: DoorParts) {
    this.#parts = parts
  }

  /** Known to whoever asks at our own listener whether we still answer. */
  readonly probeSecret: string = crypto.randomUUID()

  readonly hooks: Hooks = {
    preConnect: (client, packet, done) => {
      const refusal = this.#lookAt(client, packet)
      done(refusal ?? null, !refusal)
    },
    authenticate: (client, ...rest) => {
      const [, password, done]: [string | undefined, Buffer | undefined, SignInAnswer] = rest
      const refusal = this.#signIn(client, password?.toString() ?? '')
      done(refusal ?? null, !refusal)
    },
    authorizePublish: (client, packet, done) => {
      const visit = client ? this.#visits.get(client) : undefined
      const settle = (error: Error | null) => {
        visit?.visitor.settled()
        done(error)
      }
      const refusal = visit?.session ? this.#take(visit.session, packet, settle) : new Refusal('not signed in')
      if (refusal) settle(refusal)
    },
    authorizeSubscribe: (client, subscription, done) => {
      const session = this.#visits.get(client)?.session
      done(null, session && this.#subscribe(session, subscription) ? subscription : null)
    },
    // What the house has to say is written to the connection itself.
    authorizeForward: () => null,
  }

  /** Begins to follow what becomes of a connection. */
  enter(client: Client, visit: Pick<Visit, 'socket' | 'visitor' | 'shown'>): void {
    const entered: Visit = { ...visit, speaker: this.#parts.front.speakerOf(''), clientId: '', hasWill: false }
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
    aedes.on('clientReady', (client) => this.#visits.get(client)?.visitor.welcome())
    aedes.on('unsubscribe', (names, client) => {
      const session = this.#visits.get(client)?.session
      if (!session) return
      for (const name of names) session.unsubscribe(name)
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

  /** Ends what was begun with a certificate that has expired since. */
  expelExpired(now: number): void {
    for (const { certificate, socket } of this.#sessions.values()) {
      if (certificate && certificate.expiresAt <= now) socket.destroy()
    }
  }

  /** Whether the device may subscribe to it. */
  mayHear(deviceId: string, filter: string): boolean {
    return this.#sessions.get(deviceId)?.downChannel(filter) !== undefined
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
    const { shown } = visit
    visit.clientId = packet.clientId
    const username = packet.username ?? (typeof shown === 'object' ? shown.commonName : '')
    const speaker = (visit.speaker = this.#parts.front.speakerOf(username))
    visit.refusal = shown === 'invalid' ? badCertificate : checkConnect({ ...packet, username }, speaker)
    visit.hasWill = packet.will !== undefined
    // The will is carried out here, where a takeover and a broken connection can be told apart.
    delete packet.will
    // One session per device: sessions go by device id, whatever follows it in the client id.
    packet.clientId = speaker.deviceId
    return undefined
  }

  #signIn(client: Client, secret: string): SignInRefusal | undefined {
    const visit = this.#visits.get(client)
    // It has no session, and so it may neither publish nor subscribe.
    if (this.#isProbe(visit, secret)) return undefined
    if (!visit || visit.refusal) return this.#refuseSignIn(visit?.refusal ?? unknownOrWrong)
    const { socket, speaker, shown } = visit
    // Whoever shows a certificate is judged by it alone.
    const certificate = typeof shown === 'object' ? shown : undefined
    const answer = this.#parts.front.signIn(speaker.deviceId, certificate ?? secret, socket.remoteAddress ?? '')
    if (answer !== 'admitted') return this.#refuseSignIn(refusalOf(answer, certificate))
    visit.session = new Session({ speaker, clientId: visit.clientId, certificate, client, socket })
    this.#begin(visit.session)
    return undefined
  }

  #isProbe(visit: Visit | undefined, secret: string): boolean {
    return visit?.speaker.deviceId === probeName && secret === this.probeSecret
  }

  #begin(session: Session): void {
    const earlier = this.#sessions.get(session.deviceId)
    this.#sessions.set(session.deviceId, session)
    session.isAnnounced = earlier?.isAnnounced ?? false
    if (earlier) this.#takeOver(earlier, session) // [MQTT-3.1.4-2]
  }

  #takeOver(earlier: Session, session: Session): void {
    const { deviceId } = session
    const isElsewhere = earlier.address !== session.address || earlier.clientId !== session.clientId
    earlier.ended()
    this.#visits.get(earlier.client)?.visitor.letGo()
    dismiss(earlier.client, earlier.socket, (wasAlive) => {
      if (this.#closed) return
      this.#parts.front.takenOver(deviceId, {
        credential: session.certificate ? 'certificate' : 'secret',
        addresses: [earlier.address, session.address],
        ...{ isElsewhere, wasAlive },
      })
    })
  }

  #take(session: Session, packet: PublishPacket, done: (error: Error | null) => void): Refusal | undefined {
    const channel = session.upChannel(packet.topic)
    if (channel === undefined) return this.#refuse('foreign-topic')
    if (packet.retain && channel !== 'status') return this.#refuse('retained')
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
    session.inbox.push(
      () => this.#parts.front.accept(session.deviceId, channel, payload),
      (error) => done(error ? this.#notAccepted(session, packet, error) : null),
    )
    return undefined
  }

  #subscribe(session: Session, { topic, qos }: Pick<Subscription, 'topic' | 'qos'>): boolean {
    const isOwn = session.subscribe(topic, qos)
    if (!isOwn) this.#parts.counter.refused('mqtt', 'foreign-subscription')
    return isOwn
  }

  #leave({ session, hasWill, visitor }: Visit): void {
    if (!session) return
    session.ended()
    this.#unanswered.delete(session)
    if (this.#sessions.get(session.deviceId) !== session) return
    this.#sessions.delete(session.deviceId)
    if (!session.isAnnounced || this.#closed) return
    this.#parts.front.disconnected(session.deviceId, hasWill && !visitor.saidGoodbye ? 'last-will' : 'disconnected')
  }

  #isPresent(session: Session | undefined): boolean {
    return session !== undefined && this.#sessions.get(session.deviceId) === session
  }

  #refuseSignIn({ reason, ...rest }: ConnectRefusal): SignInRefusal {
    return Object.assign(this.#refuse(reason), { returnCode: 'returnCode' in rest ? rest.returnCode : 5 })
  }

  #refuse(reason: string): Refusal {
    this.#parts.counter.refused('mqtt', reason)
    return new Refusal(reason)
  }

  /** The disk takes messages again: whoever was not answered is to send them again, and does so with a new connection. */
  askAgain(): void {
    const sessions = [...this.#unanswered]
    this.#unanswered.clear()
    for (const { socket } of sessions) socket.destroy()
  }

  /**
   * What the disk does not take is not acknowledged: the device keeps it. Its connection stays, because the gate behind
   * it must still be opened: without PUBACK, as if it were QoS 0, the broker library reads on.
   */
  #leaveUnanswered(session: Session, packet: PublishPacket): void {
    this.#parts.counter.refused('mqtt', 'not-stored')
    if (packet.qos > 0) this.#unanswered.add(session)
    packet.qos = 0
  }

  #notAccepted(session: Session, packet: PublishPacket, error: Error): Refusal | null {
    const { logger } = this.#parts
    const { deviceId } = session
    if (error instanceof AppError && isForWantOfRoom(error)) {
      logger.debug({ deviceId, err: error }, 'a message could not be stored and is not acknowledged')
      this.#leaveUnanswered(session, packet)
      return null
    }
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

type Refused = Exclude<ReturnType<DeviceFront['signIn']>, 'admitted'>

const refusalOf = (answer: Refused, certificate: DeviceCertificate | undefined): ConnectRefusal => {
  if (answer !== 'refused') return { reason: answer, returnCode: 3 }
  return certificate ? badCertificate : unknownOrWrong
}

/** A disk that takes nothing now: the device keeps what it has said. */
const wantOfRoom: ReadonlySet<string> = new Set([
  'STORE_FULL',
  'STORE_STILL_FULL',
  'STORE_UNAVAILABLE',
  'SPOOL_UNAVAILABLE',
])
const isForWantOfRoom = ({ code }: AppError) => wantOfRoom.has(code)

/** Errors of the broker library that nobody has counted yet; broken connections are no refusals. */
export function reasonOf(error: Error): string | undefined {
  if (error instanceof Refusal || 'code' in error || error.message === 'keep alive timeout') return undefined
  return error.message === 'drain timeout' ? 'does-not-read' : 'malformed'
}
