import type { Client } from 'aedes'
import type { Socket } from 'node:net'
import type { DeviceCertificate, Speaker } from '../../core/ports.ts'
import { channelOf, topicWithin, type DownChannel, type UpChannel } from '../../protocol/index.ts'
import { Inbox } from './inbox.ts'

/** What a device listens to. */
interface Subscription {
  readonly channel: DownChannel
  /** The level that it was granted; messages are sent with no higher one than 1. */
  readonly qos: number
}

/** Where and how a message reaches a device. */
export interface Listening {
  /** Written as the device has written it. */
  readonly topic: string
  readonly qos: 0 | 1
}

const lastPacketId = 65_535

interface SessionParts {
  readonly speaker: Speaker
  /** As the device chose it. */
  readonly clientId: string
  /** What it signed in with, if not with its secret. */
  readonly certificate: DeviceCertificate | undefined
  readonly client: Client
  readonly socket: Socket
}

/** One signed-in connection of one device. */
export class Session {
  readonly speaker: Speaker
  readonly deviceId: string
  readonly clientId: string
  /** What it signed in with, if not with its secret. */
  readonly certificate: DeviceCertificate | undefined
  readonly address: string
  readonly client: Client
  readonly socket: Socket
  readonly inbox = new Inbox()
  /** The house was told that the device is connected. Handed on when a newer connection takes over. */
  isAnnounced = false
  /** CONNACK was sent. */
  isReady = false
  /** By the filter that it has subscribed to. */
  readonly #subscribed = new Map<string, Subscription>()
  readonly #subscribers = new Set<() => void>()
  #packetId = 0

  constructor({ speaker, clientId, certificate, client, socket }: SessionParts) {
    this.speaker = speaker
    this.deviceId = speaker.deviceId
    this.clientId = clientId
    this.certificate = certificate
    // A socket that is closed has none any more.
    this.address = socket.remoteAddress ?? ''
    this.client = client
    this.socket = socket
  }

  /** The channel of one of the device's own topics, `undefined` for any other topic. */
  upChannel(topic: string): UpChannel | undefined {
    const { dialect, topicName } = this.speaker
    return channelOf(dialect, 'up', { topic, device: topicName })
  }

  /** What the device may listen to there, `undefined` for any other filter. */
  downChannel(filter: string): DownChannel | undefined {
    const { dialect, topicName } = this.speaker
    return channelOf(dialect, 'down', { topic: filter, device: topicName })
  }

  /** Whether the device may listen there; if so, it does from now on. */
  subscribe(filter: string, qos: number): boolean {
    const channel = this.downChannel(filter)
    if (channel === undefined) return false
    this.#subscribed.set(filter, { channel, qos })
    for (const wake of this.#subscribers) wake()
    return true
  }

  unsubscribe(filter: string): void {
    this.#subscribed.delete(filter)
  }

  /** A device that has just connected subscribes a moment later: worth waiting for instead of calling it offline. */
  async listens(channel: DownChannel, name: string | undefined, patienceMs: number): Promise<Listening | undefined> {
    if (this.#listening(channel, name) === undefined && !this.socket.destroyed) {
      const { promise, resolve } = Promise.withResolvers<undefined>()
      const wake = () => resolve(undefined)
      const timer = setTimeout(wake, patienceMs)
      this.#subscribers.add(wake)
      await promise
      this.#subscribers.delete(wake)
      clearTimeout(timer)
    }
    return this.socket.destroyed ? undefined : this.#listening(channel, name)
  }

  /** The packet id of the next message to it: not of one that it has still to acknowledge [MQTT-2.3.1-2]. */
  nextPacketId(): number {
    this.#packetId = (this.#packetId % lastPacketId) + 1
    return this.#packetId
  }

  #listening(channel: DownChannel, name: string | undefined): Listening | undefined {
    for (const [filter, subscribed] of this.#subscribed) {
      const topic = subscribed.channel === channel ? topicWithin(filter, name) : undefined
      if (topic !== undefined) return { topic, qos: subscribed.qos === 0 ? 0 : 1 }
    }
    return undefined
  }

  ended(): void {
    this.inbox.close()
    this.#subscribed.clear()
    for (const wake of this.#subscribers) wake()
  }
}
