import { topics, type BarrierEvent, type BarrierReport } from '@gatehouse/gateway/protocol'
import mqtt, { type MqttClient } from 'mqtt'
import type { Random } from '../../src/core/seeded-random.ts'
import { secretOf } from '../house/house.ts'
import type { DeviceBook, Entry } from './ledger.ts'

interface DeviceOptions {
  readonly deviceId: string
  readonly port: () => number
  readonly random: Random
}

interface Message extends Entry {
  readonly channel: 'event' | 'report'
}

/** So many may be unacknowledged at once; a controller has little memory. */
const windowSize = 32
const keepAliveS = 2
const connectWithinMs = 2000
const retryMs = { min: 100, max: 400 }
/** One message in this many is an event, the others are reports. */
const eventEvery = 3

/** Quarters add up exactly, in whatever order a store adds them; the content tells one report from its neighbours. */
const temperatureOf = (seq: number) => ((seq * 7) % 400) / 4

/** Names carry the number, so that the centre's records can be counted. */
export const eventIdOf = (deviceId: string, seq: number) => `${deviceId}:${seq}`
export const seqOf = (eventId: string) => Number(eventId.slice(eventId.lastIndexOf(':') + 1))

/**
 * A barrier that never tires: it keeps what is not acknowledged and, like good firmware, begins again with the oldest
 * of it after each new connection, in order. So the order at the centre is the gateway's doing alone.
 */
export class SteadyDevice implements DeviceBook {
  readonly deviceId: string
  readonly events: Entry[] = []
  readonly reports: Entry[] = []
  readonly acknowledgedEvents = new Set<number>()
  readonly acknowledgedReports = new Set<number>()
  readonly #options: DeviceOptions
  /** Made and not yet acknowledged, oldest first. */
  readonly #kept: Message[] = []
  /** How many of the kept ones are under way on the present connection. */
  #underWay = 0
  #client: MqttClient | undefined
  #retry: NodeJS.Timeout | undefined
  #made = 0
  readonly #usedTimes = new Set<number>()
  #isStopped = false
  /** Connections that were made, to tell a fault that was felt from one that was not. */
  connections = 0
  /** Error of the device's clock, ms. */
  clockErrorMs = 0

  constructor(options: DeviceOptions) {
    this.#options = options
    this.deviceId = options.deviceId
    this.#connect()
  }

  get isIdle(): boolean {
    return this.#kept.length === 0
  }
  get isConnected(): boolean {
    return this.#client?.connected === true
  }

  /** For whoever reads a failure. */
  get state(): string {
    const oldest = this.#kept[0]
    const line = this.isConnected ? 'connected' : 'not connected'
    const kept = `${this.#kept.length} kept, ${this.#underWay} under way`
    return `${this.deviceId}: ${line} (${this.connections}), ${kept}, oldest ${oldest?.channel} ${oldest?.seq}`
  }

  make(channel: Message['channel'] = this.#made % eventEvery === 0 ? 'event' : 'report') {
    this.#made += 1
    const book = channel === 'event' ? this.events : this.reports
    const seq = book.length + 1
    const entry = { seq, at: this.#now(), ...(channel === 'report' && { value: temperatureOf(seq) }) }
    book.push(entry)
    this.#kept.push({ channel, ...entry })
    this.#send()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#retry)
    await this.#client?.endAsync(true)
  }

  /** A device has one value at a time: two reports of it never carry the same millisecond, wherever its clock goes. */
  #now(): number {
    let at = Date.now() + this.clockErrorMs
    while (this.#usedTimes.has(at)) at += 1
    this.#usedTimes.add(at)
    return at
  }

  #connect() {
    const { deviceId, port } = this.#options
    const client = mqtt.connect(`mqtt://127.0.0.1:${port()}`, {
      clientId: deviceId,
      username: deviceId,
      password: secretOf(deviceId),
      keepalive: keepAliveS,
      connectTimeout: connectWithinMs,
      reconnectPeriod: 0,
    })
    this.#client = client
    client.on('error', () => undefined) // its end is told by `close`
    client.once('connect', () => {
      this.connections += 1
      this.#underWay = 0
      this.#send()
    })
    client.once('close', () => this.#lost(client))
  }

  #lost(client: MqttClient) {
    client.end(true)
    if (this.#isStopped || client !== this.#client) return
    const { min, max } = retryMs
    this.#retry = setTimeout(() => this.#connect(), this.#options.random.int(min, max))
  }

  #send() {
    const client = this.#client
    if (!client?.connected) return
    while (this.#underWay < Math.min(this.#kept.length, windowSize)) {
      const message = this.#kept[this.#underWay]
      this.#underWay += 1
      if (message) this.#publish(client, message)
    }
  }

  #publish(client: MqttClient, message: Message) {
    const payload = JSON.stringify(this.#bodyOf(message))
    client.publish(topics[message.channel](this.deviceId), payload, { qos: 1 }, (error) => {
      // An answer that comes after the end of its connection is none.
      if (!error && client === this.#client && client.connected) this.#acknowledged(message)
    })
  }

  #bodyOf({ channel, seq, at, value = 0 }: Message): BarrierEvent | BarrierReport {
    if (channel === 'event') return { id: eventIdOf(this.deviceId, seq), at, type: 'passed' }
    return { at, seq, arm: 'closed', loop: false, temperatureCelsius: value }
  }

  #acknowledged(message: Message) {
    const place = this.#kept.indexOf(message)
    if (place < 0) return
    this.#kept.splice(place, 1)
    this.#underWay -= 1
    const acknowledged = message.channel === 'event' ? this.acknowledgedEvents : this.acknowledgedReports
    acknowledged.add(message.seq)
    this.#send()
  }
}

/** Lets devices make messages at a steady pace, each in its turn. */
export function startStream(devices: readonly SteadyDevice[], messagesPerSecond: number) {
  const tickMs = 10
  let made = 0
  let startedAt = performance.now()
  let isPaused = false
  const timer = setInterval(() => {
    if (isPaused) return
    const due = Math.floor(((performance.now() - startedAt) / 1000) * messagesPerSecond)
    for (; made < due; made += 1) devices[made % devices.length]?.make()
  }, tickMs)
  return {
    pause() {
      isPaused = true
    },
    resume() {
      isPaused = false
      startedAt = performance.now() - (made / messagesPerSecond) * 1000
    },
    stop: () => clearInterval(timer),
  }
}
