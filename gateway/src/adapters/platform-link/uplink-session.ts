import { uplinkTopics, type UplinkDown, type UplinkUp } from '@gatehouse/platform/contract'
import { Socket } from 'node:net'
import mqtt, { type MqttClient } from 'mqtt'
import type { Clock, Logger, Outbox, PlatformMessage, RefusalCounter } from '../../core/ports.ts'
import { OutboxPump } from './outbox-pump.ts'
import { decodeDown, encodeUp } from './wire.ts'

export interface UplinkSessionOptions {
  readonly url: string
  readonly gatewayId: string
  readonly secret: string
  readonly version: string
  /** Changes with every start of the gateway. */
  readonly bootId: string
  readonly outbox: Outbox
  /** Stored desired-state revision of each area. */
  readonly revisions: () => Readonly<Record<string, number>>
  /** Times in the message are by our clock. */
  readonly onMessage: (message: PlatformMessage) => void
  readonly onWelcome: () => void
  readonly clock: Clock
  readonly logger: Logger
  readonly counter: RefusalCounter
}

const heartbeatMs = 10_000
const welcomeWithinMs = 15_000
const goodbyeWithinMs = 2_000
/** Clocks that NTP keeps agree better than this; the way of a message must not shorten a deadline. */
const clockToleranceMs = 2_000

/** One connection to the platform, from CONNECT to its end. */
export class UplinkSession {
  readonly #options: UplinkSessionOptions
  readonly #client: MqttClient
  #pump: OutboxPump | undefined
  readonly #ended = Promise.withResolvers<undefined>()
  #heartbeat: NodeJS.Timeout | undefined
  #welcomeTimer: NodeJS.Timeout | undefined
  #lastSeq = 0
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
      password: options.secret,
      clean: true, // an old command must not wait for us
      protocolVersion: 4,
      keepalive: 15,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
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
    const { lastSeq, backlog } = await outbox.status()
    this.#lastSeq = lastSeq
    clearTimeout(this.#welcomeTimer)
    this.#welcomeTimer = setTimeout(() => this.#fail(new Error('the platform does not say welcome')), welcomeWithinMs)
    await this.send(
      { type: 'hello', version, bootId, clock: clock.now(), lastSeq, backlog, revisions: { ...revisions() } },
      1,
    )
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
      case 'command':
      case 'announce':
        this.#options.onMessage({ ...message, expiresAt: message.expiresAt - this.#platformAheadMs })
        break
      case 'desired':
        this.#options.onMessage(message)
    }
  }

  #welcomed({ clock, seq, sayHello }: Extract<UplinkDown, { type: 'welcome' }>): void {
    const aheadMs = clock - this.#options.clock.now()
    this.#platformAheadMs = Math.abs(aheadMs) > clockToleranceMs ? aheadMs : 0
    if (sayHello) {
      this.#sayHello().catch((error: unknown) => this.#fail(error as Error))
      return
    }
    clearTimeout(this.#welcomeTimer)
    const { outbox, clock: own } = this.#options
    // Greeted again, it may have lost what was in flight.
    this.#pump?.stop()
    this.#pump = new OutboxPump({
      outbox,
      clock: own,
      send: (batch) => this.send(batch, 1),
      onFailure: (error) => this.#fail(error),
    })
    this.#pump.start(seq, this.#lastSeq)
    this.#heartbeat ??= setInterval(() => void this.#beat(), heartbeatMs)
    this.isWelcome = true
    this.#options.onWelcome()
  }

  async #beat(): Promise<void> {
    try {
      const { backlog } = await this.#options.outbox.status()
      await this.send({ type: 'heartbeat', clock: this.#options.clock.now(), backlog }, 0)
    } catch (error) {
      this.#fail(error as Error)
    }
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
