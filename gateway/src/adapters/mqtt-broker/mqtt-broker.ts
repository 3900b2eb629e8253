import { Aedes } from 'aedes'
import type { Socket } from 'node:net'
import type { DeviceFront, DeviceLink, Logger, RefusalCounter } from '../../core/ports.ts'
import { commandExpired, deviceOffline } from '../../errors.ts'
import { maxPacketBytes, topics } from '../../protocol/index.ts'
import { DeviceDoor, reasonOf } from './device-door.ts'
import { listenPlain, listenTls, type Listener, type PlainListener, type TlsListener } from './listeners.ts'
import { guardSocket } from './packet-guard.ts'
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
}

/** Who listens at the broker, and what is asked of them. */
export interface MqttBrokerParts {
  readonly front: DeviceFront
  readonly counter: RefusalCounter
  readonly logger: Logger
}

export interface MqttBroker extends DeviceLink {
  readonly ports: { readonly plain?: number; readonly tls?: number }
  /** Devices that are signed in. */
  connections(): number
  close(): Promise<void>
}

const maxConnectBytes = 4096
/** How long a command waits for the SUBSCRIBE of a device that has just connected. */
const subscribePatienceMs = 3000
/** A device that takes nothing from its socket for so long is gone. */
const drainTimeoutMs = 10_000

/** The MQTT door of the gateway. A message is acknowledged once `front.accept` says that it is durable. */
export async function startMqttBroker(options: MqttBrokerOptions, parts: MqttBrokerParts): Promise<MqttBroker> {
  const { maxConnections = 20_000, messagesPerSecond = 100, messageBurst = 500, connectTimeoutMs = 10_000 } = options
  const { counter } = parts
  const door = new DeviceDoor({ ...parts, rate: { perSecond: messagesPerSecond, burst: messageBurst } })
  const aedes = await Aedes.createBroker({
    ...door.hooks,
    mq: noFanOut,
    persistence: volatilePersistence(),
    connectTimeout: connectTimeoutMs,
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
  const onSocket = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    const guard = guardSocket(socket, { maxConnectBytes, maxPacketBytes }, onRefused)
    door.enter(aedes.handle(socket), { socket, guard })
  }
  const close = async (listeners: readonly Listener[]) => {
    door.close()
    const closed = listeners.map((listener) => listener.close())
    for (const socket of sockets) socket.destroy()
    await Promise.all([...closed, new Promise<void>((resolve) => aedes.close(resolve))])
  }

  const events = { maxConnections, onSocket, onRefused }
  const listeners: Listener[] = []
  const ports: { plain?: number; tls?: number } = {}
  try {
    if (options.plain) {
      const plain = await listenPlain(options.plain, events)
      listeners.push(plain)
      ports.plain = plain.port
    }
    if (options.tls) {
      const tls = await listenTls(options.tls, events)
      listeners.push(tls)
      ports.tls = tls.port
    }
  } catch (error) {
    await close(listeners)
    throw error
  }

  return {
    ports,
    connections: () => door.size,
    isConnected: (deviceId) => door.sessionOf(deviceId) !== undefined,
    disconnect: (deviceId) => door.expel(deviceId),
    send: (deviceId, _channel, message) => sendCommand(door.sessionOf(deviceId), deviceId, message),
    close: () => close(listeners),
  }
}

/** Now or not at all: nothing is kept for a device that is away, does not listen or does not read. */
async function sendCommand(session: Session | undefined, deviceId: string, message: object): Promise<void> {
  const expiresAt = 'expiresAt' in message && typeof message.expiresAt === 'number' ? message.expiresAt : Infinity
  const patienceMs = Math.min(subscribePatienceMs, expiresAt - Date.now())
  if (!session || !(await session.hasSubscribed('command', Math.max(0, patienceMs)))) throw deviceOffline(deviceId)
  if (Date.now() >= expiresAt) throw commandExpired('commandId' in message ? String(message.commandId) : '')
  // What the operating system no longer takes would wait here and come late.
  if (session.socket.writableNeedDrain) throw deviceOffline(deviceId)
  const payload = JSON.stringify(message)
  await new Promise<void>((resolve) => {
    session.client.publish(
      { cmd: 'publish', topic: topics.command(deviceId), qos: 1, dup: false, retain: false, payload },
      () => resolve(),
    )
  })
  if (session.socket.destroyed) throw deviceOffline(deviceId)
}
