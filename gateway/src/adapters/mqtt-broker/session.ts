import type { Client } from 'aedes'
import type { Socket } from 'node:net'
import type { DeviceCertificate } from '../../core/ports.ts'
import { topics, upChannels, type DownChannel, type UpChannel } from '../../protocol/index.ts'
import { Inbox } from './inbox.ts'

interface SessionParts {
  readonly deviceId: string
  /** As the device chose it. */
  readonly clientId: string
  /** What it signed in with, if not with its secret. */
  readonly certificate: DeviceCertificate | undefined
  readonly client: Client
  readonly socket: Socket
}

/** One signed-in connection of one device. */
export class Session {
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
  readonly #upChannels: ReadonlyMap<string, UpChannel>
  readonly #subscribed = new Set<DownChannel>()
  readonly #subscribers = new Set<() => void>()

  constructor({ deviceId, clientId, certificate, client, socket }: SessionParts) {
    this.deviceId = deviceId
    this.clientId = clientId
    this.certificate = certificate
    // A socket that is closed has none any more.
    this.address = socket.remoteAddress ?? ''
    this.client = client
    this.socket = socket
    this.#upChannels = new Map(upChannels.map((channel) => [topics[channel](deviceId), channel]))
  }

  /** The channel of one of the device's own topics, `undefined` for any other topic. */
  upChannel(topic: string): UpChannel | undefined {
    return this.#upChannels.get(topic)
  }

  subscribed(channel: DownChannel): void {
    this.#subscribed.add(channel)
    for (const wake of this.#subscribers) wake()
  }

  unsubscribed(channel: DownChannel): void {
    this.#subscribed.delete(channel)
  }

  /** A device that has just connected subscribes a moment later: worth waiting for instead of calling it offline. */
  async hasSubscribed(channel: DownChannel, patienceMs: number): Promise<boolean> {
    if (!this.#subscribed.has(channel) && !this.socket.destroyed) {
      const { promise, resolve } = Promise.withResolvers<undefined>()
      const wake = () => resolve(undefined)
      const timer = setTimeout(wake, patienceMs)
      this.#subscribers.add(wake)
      await promise
      this.#subscribers.delete(wake)
      clearTimeout(timer)
    }
    return this.#subscribed.has(channel) && !this.socket.destroyed
  }

  ended(): void {
    this.inbox.close()
    this.#subscribed.clear()
    for (const wake of this.#subscribers) wake()
  }
}
