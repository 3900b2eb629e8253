import { FrontDoor, type FrontDoorOptions } from '@gatehouse/platform/mqtt'
import { Aedes } from 'aedes'
import mqtt from 'mqtt-packet'
import type { Socket } from 'node:net'
import type { DeviceFront, DeviceLink, Logger, RefusalCounter } from '../../core/ports.ts'
import { commandExpired, deviceOffline } from '../../errors.ts'
import { maxPacketBytes } from '../../protocol/index.ts'
import { DeviceDoor, reasonOf } from './device-door.ts'
import {
  listenPlain,
  listenTls,
  type Listener,
  type ListenerEvents,
  type PlainListener,
  type Shown,
  type TlsListener,
} from './listeners.ts'
import { pingBroker } from './loopback-probe.ts'
import type { Session } from './session.ts'
import { noFanOut, volatilePersistence } from './volatile-persistence.ts'

export interface MqttBrokerOptions {
  /** Loopback only. */
  readonly plain?: PlainListener
  readonly tls?: TlsListener
  /** Per listener; more are dropped at once. */
  readonly maxConnections?: number
  /** Of one device, on average; a faster one is slowed down. */
  readonly messagesPerSecond?: number
  /** Of one device, at once: what it kept while it was offline. */
  readonly messageBurst?: number
  /** From the first byte to a complete CONNECT. */
  readonly connectTimeoutMs?: number
  /** Strangers that are listened to and come to nothing; more have to wait. */
  readonly fruitless?: FrontDoorOptions['fruitless']
}

/** Who listens at the broker, and what is asked of them. */
export interface MqttBrokerParts {
  readonly front: DeviceFront
  readonly counter: RefusalCounter
  readonly logger: Logger
}

export interface MqttBroker extends DeviceLink {
  readonly ports: { readonly plain?: number; readonly tls?: number }
  /** Resolves when the broker answers at its own loopback listener. */
  answers(withinMs: number): Promise<void>
  /** Resolves when a listener has failed. */
  readonly failed: Promise<Error>
  /** Devices that are signed in. */
  connections(): number
  /** Messages that were not acknowledged for want of room are to be sent again. */
  askAgain(): void
  close(): Promise<void>
}

/** Of everything but PUBLISH: the largest is a CONNECT with four short strings and a will. */
const maxSmallBytes = 4096
const expirySweepMs = 2000
/** How long a command waits for the SUBSCRIBE of a device that has just connected. */
const subscribePatienceMs = 3000
/** A device that takes nothing from its socket for so long is gone. */
const drainTimeoutMs = 10_000

/** The MQTT door of the gateway. A message is acknowledged once `front.accept` says that it is durable. */
export async function startMqttBroker(options: MqttBrokerOptions, parts: MqttBrokerParts): Promise<MqttBroker> {
  const { maxConnections = 20_000, messagesPerSecond = 100, messageBurst = 100, connectTimeoutMs = 5000 } = options
  const { counter } = parts
  const door = new DeviceDoor(parts)
  const aedes = await Aedes.createBroker({
    ...door.hooks,
    mq: noFanOut,
    persistence: volatilePersistence((deviceId, filter) => door.mayHear(deviceId, filter)),
    drainTimeout: drainTimeoutMs,
    maxClientsIdLength: 64,
  })
  door.watch(aedes)
  const onError = (_client: unknown, error: Error) => {
    const reason = reasonOf(error)
    if (reason !== undefined) counter.refused('mqtt', reason)
  }
  aedes.on('clientError', onError)
  aedes.on('connectionError', onError)

  const sockets = new Set<Socket>()
  const onRefused = (reason: string) => counter.refused('mqtt', reason)
  const frontDoor = new FrontDoor({
    limits: { smallBytes: maxSmallBytes, publishBytes: maxPacketBytes },
    packets: { perSecond: messagesPerSecond, burst: messageBurst },
    ...{ connectTimeoutMs, maxConnections, fruitless: options.fruitless, refused: onRefused },
  })
  const onKnock = (connection: Socket, onAdmitted: () => void) => {
    sockets.add(connection)
    connection.once('close', () => sockets.delete(connection))
    frontDoor.knock(connection, onAdmitted)
  }
  const onSocket = (socket: Socket, shown: Shown) =>
    frontDoor.listen(socket, (visitor) => door.enter(aedes.handle(socket), { socket, visitor, shown }))
  const sweep = setInterval(() => door.expelExpired(Date.now()), expirySweepMs)
  const close = async (listeners: readonly Listener[]) => {
    clearInterval(sweep)
    door.close()
    const closed = listeners.map((listener) => listener.close())
    for (const socket of sockets) socket.destroy()
    await Promise.all([...closed, new Promise<void>((resolve) => aedes.close(resolve))])
  }

  const events = { maxConnections, onKnock, onSocket, onRefused }
  const listeners: Listener[] = []
  const ports = await openListeners(options, events, listeners).catch(async (error: unknown) => {
    await close(listeners)
    throw error
  })

  return {
    ports,
    answers: (withinMs) => pingBroker(ports.plain ?? 0, door.probeSecret, withinMs),
    failed: Promise.race(listeners.map(({ failed }) => failed)),
    connections: () => door.size,
    askAgain: () => door.askAgain(),
    isConnected: (deviceId) => door.sessionOf(deviceId) !== undefined,
    disconnect: (deviceId) => door.expel(deviceId),
    send: (deviceId, _channel, message) => sendCommand(door.sessionOf(deviceId), deviceId, message),
    close: () => close(listeners),
  }
}

/** Every listener is added to `open` as soon as it is. */
async function openListeners({ plain, tls }: MqttBrokerOptions, events: ListenerEvents, open: Listener[]) {
  const opened = async (listening: Promise<Listener>) => {
    const listener = await listening
    open.push(listener)
    return listener.port
  }
  return {
    ...(plain && { plain: await opened(listenPlain(plain, events)) }),
    ...(tls && { tls: await opened(listenTls(tls, events)) }),
  }
}

/** Now or not at all: nothing is kept for a device that is away, does not listen or does not read. */
async function sendCommand(session: Session | undefined, deviceId: string, message: object): Promise<void> {
  const expiresAt = 'expiresAt' in message && typeof message.expiresAt === 'number' ? message.expiresAt : Infinity
  const patienceMs = Math.max(0, Math.min(subscribePatienceMs, expiresAt - Date.now()))
  if (!session) throw deviceOffline(deviceId)
  const { name, payload } = session.speaker.encode(message)
  const listening = await session.listens('command', name, patienceMs)
  if (!listening) throw deviceOffline(deviceId)
  if (Date.now() >= expiresAt) throw commandExpired('commandId' in message ? String(message.commandId) : '')
  const { socket } = session
  // What the operating system no longer takes would wait here and come late.
  if (socket.writableNeedDrain) throw deviceOffline(deviceId)
  const packet = { cmd: 'publish', dup: false, retain: false, payload: JSON.stringify(payload) } as const
  // The broker library would write it in its next turn, behind the answers to everybody else.
  socket.write(mqtt.generate({ ...packet, ...listening, messageId: session.nextPacketId() }))
}
