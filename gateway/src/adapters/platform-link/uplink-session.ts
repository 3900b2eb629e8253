import { uplinkServerName, uplinkTopics, type UplinkDown, type UplinkUp } from '@gatehouse/platform/contract'
import { Socket } from 'node:net'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import type { Clock, Logger, MachineIdentity, Outbox, PlatformMessage, RefusalCounter } from '../../core/ports.ts'
import { OutboxPump } from './outbox-pump.ts'
import { decodeDown, encodeUp } from './wire.ts'

export interface UplinkSessionOptions {
  readonly url: string
  readonly gatewayId: string
  readonly secret: string
  /** Instead of the secret, once the gateway is enrolled; as it is now. */
  readonly identity?: (() => MachineIdentity) | undefined
  /** PEM: whom the uplink's own certificate is from, if not from the platform's authority or a public one. */
  readonly serverAuthority?: string | undefined
  /** A token for HTTP. */
  readonly onToken: (token: string) => void
  readonly onRenewed: (answer: { readonly certificate: string; readonly ca: string }) => void
  readonly version: string
  readonly keepAliveS: number
  /** Changes with every start of the gateway. */
  readonly bootId: string
  readonly outbox: Outbox
  /** Stored desired-state revision of each area. */
  readonly revisions: () => Readonly<Record<string, number>>
  /** Times in the message are by our clock. */
  readonly onMessage: (message: PlatformMessage) => void
  readonly onWelcome: () => void
  /** The highest number that this process has sent, over all connections. */
  readonly sent: { seq: number }
  readonly clock: Clock
  readonly logger: Logger
  readonly counter: RefusalCounter
}

/** Of the keep-alive: the platform hears something before it would ask. */
const heartbeatShare = 2 / 3
/** The platform commits a batch in milliseconds: two of its keep-alives later it has lost it. */
const ackShare = 2
const goodbyeWithinMs = 2_000
/** Clocks that NTP keeps agree better than this; the way of a message must not shorten a deadline. */
const clockToleranceMs = 2_000

/**
 * An enrolled gateway trusts its own authority and nobody else, and knows the platform by a name that only that
 * authority certifies: it does not matter by which address the platform is reached.
 */
function credentialsOf({ identity, secret, serverAuthority }: UplinkSessionOptions): IClientOptions {
  const another = serverAuthority === undefined ? undefined : { ca: serverAuthority }
  if (!identity) return { password: secret, ...another }
  const { certificate: cert, key, ca } = identity()
  return { cert, key, ...(another ?? { ca, servername: uplinkServerName }) }
}

/** Deadlines are the platform's; nothing else in a message depends on whose clock is right. */
const byOwnClock = (message: PlatformMessage, aheadMs: number): PlatformMessage =>
  'expiresAt' in message ? { ...message, expiresAt: message.expiresAt - aheadMs } : message

/** One connection to the platform, from CONNECT to its end. */
export class UplinkSession {
  readonly #options: UplinkSessionOptions
  readonly #client: MqttClient
  #pump: OutboxPump | undefined
  readonly #ended = Promise.withResolvers<undefined>()
  #heartbeat: NodeJS.Timeout | undefined
  #welcomeTimer: NodeJS.Timeout | undefined
  #lastSeq = 0
  #openedAt = 0
  #platformAheadMs = 0
  #incoming: Promise<void> = Promise.resolve()
  /** Why it ended, when it was not the network. */
  problem: Error | undefined
  isWelcome = false

  constructor(options: UplinkSessionOptions) {
    this.#options = options
    const { gatewayId } = options
    const will: UplinkUp = { type: 'goodbye', bootId: options.bootId }
    this.#client = mqtt.connect(options.url, {
      clientId: `gatehouse-${gatewayId}`,
      username: gatewayId,
      ...credentialsOf(options),
      clean: true, // an old command must not wait for us
      protocolVersion: 4,
      keepalive: options.keepAliveS,
      reconnectPeriod: 0,
      connectTimeout: this.#timesKeepAlive(heartbeatShare),
      queueQoSZero: false,
      will: { topic: uplinkTopics.up(gatewayId), payload: Buffer.from(JSON.stringify(will)), qos: 1, retain: false },
    })
    this.#listen()
  }

  /** Resolves when the connection is over. */
  get ended(): Promise<undefined> {
    return this.#ended.promise
  }

  /** Resolves when the message is handed to the line. Reports a lost connection by the end of the session. */
  async send(message: UplinkUp, qos: 0 | 1): Promise<void> {
    const payload = await encodeUp(message)
    if (!this.#client.connected) return
    this.#client.publish(uplinkTopics.up(this.#options.gatewayId), payload, { qos }, () => {
      // An error here is the end of the connection, which is noticed by itself.
    })
  }

  /** Says goodbye and goes. */
  async close(): Promise<void> {
    if (this.#client.connected) {
      await this.send({ type: 'goodbye', bootId: this.#options.bootId }, 1)
      const timer = setTimeout(() => this.#client.end(true), goodbyeWithinMs)
      this.#client.end(false) // waits for what is in flight
      await this.#ended.promise
      clearTimeout(timer)
      return
    }
    this.#client.end(true)
    await this.#ended.promise
  }

  #listen(): void {
    const client = this.#client
    client.on('connect', () => {
      if (client.stream instanceof Socket) client.stream.setNoDelay(true)
      this.#greet().catch((error: unknown) => this.#fail(error as Error))
    })
    client.on('error', (error) => {
      this.problem ??= error
    })
    client.on('message', (_topic, payload) => {
      // In order, although unpacking takes its time.
      this.#incoming = this.#incoming.then(() => this.#take(payload))
    })
    client.once('close', () => this.#finish())
    client.once('end', () => this.#finish())
  }

  async #greet(): Promise<void> {
    await this.#client.subscribeAsync(uplinkTopics.down(this.#options.gatewayId), { qos: 1 })
    await this.#sayHello()
  }

  async #sayHello(): Promise<void> {
    const { outbox, version, bootId, clock, revisions } = this.#options
    const { lastSeq, openedAt, backlog, outboxId, earlier } = await outbox.status()
    this.#lastSeq = lastSeq
    this.#openedAt = openedAt
    clearTimeout(this.#welcomeTimer)
    this.#welcomeTimer = setTimeout(
      () => this.#fail(new Error('the platform does not say welcome')),
      this.#timesKeepAlive(1),
    )
    const identity = { id: outboxId, earlier: earlier.map((one) => ({ id: one.outboxId, lastSeq: one.lastSeq })) }
    const numbers = { lastSeq, backlog, outbox: identity, revisions: { ...revisions() } }
    await this.send({ type: 'hello', version, bootId, clock: clock.now(), ...numbers }, 1)
  }

  async #take(payload: Buffer): Promise<void> {
    let message: UplinkDown
    try {
      message = await decodeDown(payload)
    } catch (error) {
      this.#options.counter.refused('uplink', 'invalid-message')
      this.#options.logger.warn({ err: error, bytes: payload.length }, 'message of the platform is not understood')
      return
    }
    switch (message.type) {
      case 'welcome':
        this.#welcomed(message)
        break
      case 'ack':
        this.#pump?.acknowledged(message)
        break
      case 'token':
        this.#options.onToken(message.token)
        break
      case 'renewed':
        this.#options.onRenewed(message)
        break
      default:
        this.#options.onMessage(byOwnClock(message, this.#platformAheadMs))
    }
  }

  #welcomed({ clock, seq, sayHello, token }: Extract<UplinkDown, { type: 'welcome' }>): void {
    if (token !== undefined) this.#options.onToken(token)
    const aheadMs = clock - this.#options.clock.now()
    this.#platformAheadMs = Math.abs(aheadMs) > clockToleranceMs ? aheadMs : 0
    if (sayHello) {
      this.#sayHello().catch((error: unknown) => this.#fail(error as Error))
      return
    }
    if (seq > Math.max(this.#openedAt, this.#options.sent.seq)) {
      this.#branch(seq).catch((error: unknown) => this.#fail(error as Error))
      return
    }
    clearTimeout(this.#welcomeTimer)
    const { outbox, sent, clock: own } = this.#options
    // Greeted again, it may have lost what was in flight.
    this.#pump?.stop()
    this.#pump = new OutboxPump({
      outbox,
      clock: own,
      ackWithinMs: this.#timesKeepAlive(ackShare),
      send: (batch) => this.send(batch, 1),
      onSending: (highest) => (sent.seq = Math.max(sent.seq, highest)),
      onFailure: (error) => this.#fail(error),
    })
    this.#pump.start(seq, this.#lastSeq)
    this.#heartbeat ??= setInterval(() => void this.#beat(), this.#timesKeepAlive(heartbeatShare))
    this.isWelcome = true
    this.#options.onWelcome()
  }

  /**
   * The platform has numbers that we have not sent: our disk has come back with an older state, and what was added
   * since carries numbers that mean something else there. It must be told apart before anything of it is sent.
   */
  async #branch(platformSeq: number): Promise<void> {
    const fields = { ownSeq: this.#openedAt, platformSeq }
    this.#options.logger.error(fields, 'the database has fallen back to an older state, its numbers are told apart')
    await this.#options.outbox.branch(this.#openedAt)
    this.#options.sent.seq = Math.max(this.#options.sent.seq, platformSeq)
    await this.#sayHello()
  }

  async #beat(): Promise<void> {
    try {
      const { backlog } = await this.#options.outbox.status()
      await this.send({ type: 'heartbeat', clock: this.#options.clock.now(), backlog }, 0)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  #timesKeepAlive(share: number): number {
    return this.#options.keepAliveS * 1000 * share
  }

  #fail(error: Error): void {
    this.problem ??= error
    this.#client.end(true)
  }

  #finish(): void {
    clearInterval(this.#heartbeat)
    clearTimeout(this.#welcomeTimer)
    this.isWelcome = false
    this.#pump?.stop()
    this.#client.end(true)
    this.#ended.resolve(undefined)
  }
}
