import type { CommandResult } from '@gatehouse/gateway/protocol'
import { connect, type MqttClient } from 'mqtt'
import { tlsOptions, type DeviceTls } from './device-tls.ts'
import type { Faults } from './faults.ts'
import type { Logger } from './logger.ts'
import type { Random } from './seeded-random.ts'
import type { Said, Speech } from './speech.ts'

/** Events that fit into the flash of a real controller; beyond that the oldest goes. */
const keptEvents = 1000
/** Events on their way at once: one that is not acknowledged must not hold up the next car. */
const eventsInFlight = 8
/** A stopping device waits this long for the network to take its last words. */
const goodbyeMs = 1000

export interface LinkOptions {
  readonly deviceId: string
  readonly secret: string
  /** `mqtt://host:port` of the gateway, or `mqtts://host:port` with `tls`. */
  readonly broker: string
  readonly tls?: DeviceTls | undefined
  /** 1 is real time; 10 makes every delay ten times shorter. */
  readonly pace: number
  readonly speech: Speech
  readonly random: Random
  readonly faults: Faults
  readonly logger: Logger
  onConnected(): void
  onCommand(message: unknown): void
}

/** The network side of a device. Reports are news and lost without a connection; events are kept. */
export interface DeviceLink {
  report(report: object): void
  event(event: object): void
  result(result: CommandResult): void
  isConnected(): boolean
  close(): Promise<void>
}

interface KeptEvent {
  readonly event: object
  /** Was already there when a connection was lost: history, not news. */
  isHistory: boolean
  /** On its way under this number. */
  messageId?: number | undefined
}

const say = (client: MqttClient, { topic, payload, isRetained = false }: Said) => {
  if (client.connected) client.publish(topic, payload, { qos: 1, retain: isRetained })
}

/** Sends kept events in order, a few at a time, and forgets each only when the gateway has acknowledged it. */
function createEventQueue(client: MqttClient, { speech, faults, pace }: LinkOptions) {
  const kept: KeptEvent[] = []

  function followUp(event: object) {
    const later = speech.followUp?.(event)
    if (later) setTimeout(() => say(client, later.said), later.afterMs / pace).unref()
  }

  function send(entry: KeptEvent) {
    const said = speech.event(entry.event, entry.isHistory)
    if (!said) return
    const { topic, payload } = said
    if (faults.has('duplicate-events')) client.publish(topic, payload, { qos: 1 })
    const acknowledged = client.publishAsync(topic, payload, { qos: 1 })
    entry.messageId = client.getLastMessageId()
    if (!entry.isHistory) followUp(entry.event)
    acknowledged.then(
      () => forget(entry),
      () => undefined, // the connection went: the event stays and is replayed after the next connect
    )
  }

  function forget(entry: KeptEvent) {
    const index = kept.indexOf(entry)
    if (index !== -1) kept.splice(index, 1)
    drain()
  }

  function drain() {
    for (const entry of kept.slice(0, eventsInFlight)) {
      if (!client.connected || faults.has('silent')) return
      if (entry.messageId === undefined) send(entry)
    }
  }

  return {
    drain,
    add(event: object) {
      if (faults.has('lose-events') || !speech.event(event, false)) return
      kept.push({ event, isHistory: !client.connected })
      if (kept.length > keptEvents) kept.shift()
      drain()
    },
    connectionLost() {
      for (const entry of kept) {
        const { messageId } = entry
        entry.isHistory = true
        entry.messageId = undefined
        // We replay it ourselves, marked; the client library would repeat it as it was.
        if (messageId !== undefined) client.removeOutgoingMessage(messageId)
      }
    },
  }
}

/** Logs a refused or lost connection once, and once when it is back. */
function createConnectionLog({ deviceId, logger }: LinkOptions) {
  let isTroubled = false
  return {
    trouble(reason: string) {
      if (!isTroubled) logger.warn({ deviceId, reason }, 'device cannot connect')
      isTroubled = true
    },
    connected() {
      if (isTroubled) logger.info({ deviceId }, 'device connected again')
      isTroubled = false
    },
  }
}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString())
  } catch {
    return undefined // not a command: firmware ignores what it cannot read
  }
}

function openClient({ deviceId, secret, broker, tls, random, speech }: LinkOptions) {
  const { offline } = speech
  return connect(broker, {
    clientId: deviceId,
    username: deviceId,
    // Whoever shows a certificate needs no secret.
    ...(tls?.own === undefined && { password: secret }),
    ...(tls && tlsOptions(tls)),
    clean: true,
    keepalive: 30,
    connectTimeout: 10_000,
    // Spread, so that a gateway that comes back is not met by all its devices in the same instant.
    reconnectPeriod: random.int(500, 2500),
    queueQoSZero: false,
    resubscribe: false,
    ...(offline && {
      will: { topic: offline.topic, payload: Buffer.from(offline.payload), qos: 1 as const, retain: true },
    }),
  })
}

export function openLink(options: LinkOptions): DeviceLink {
  const { faults, speech } = options
  const client = openClient(options)
  const events = createEventQueue(client, options)
  const log = createConnectionLog(options)
  let isCut = false

  client.on('connect', () => {
    log.connected()
    client.subscribe(speech.listensTo, { qos: 1 })
    if (speech.online) say(client, speech.online)
    options.onConnected()
    events.drain()
  })
  client.on('message', (topic, payload) => options.onCommand(speech.understand(topic, parse(payload))))
  client.on('close', () => events.connectionLost())
  client.on('error', (error) => log.trouble(error.message || error.name))
  faults.onChange(() => {
    if ((faults.has('drop-connection') || faults.has('power-cut')) !== isCut) {
      isCut = !isCut
      if (isCut) client.end(true)
      else client.reconnect()
    }
    events.drain()
  })

  const tell = (said: Said | undefined) => {
    if (said && !faults.has('silent')) say(client, said)
  }
  return {
    report: (report) => tell(speech.report(report)),
    event: (event) => events.add(event),
    result: (result) => tell(speech.result(result)),
    isConnected: () => client.connected,
    async close() {
      if (speech.offline) say(client, speech.offline)
      const gone = new Promise<void>((resolve) => {
        setTimeout(resolve, goodbyeMs).unref()
      })
      await Promise.race([client.endAsync(!client.connected), gone])
      client.end(true)
    },
  }
}
