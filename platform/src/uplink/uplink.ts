import { setTimeout as delay } from 'node:timers/promises'
import type { BaseLogger } from 'pino'
import { Counter, Gauge } from 'prom-client'
import { gatewayIdOf, uplinkTopics, type UplinkDown } from '../contract/index.ts'
import type { Metrics } from '../core/metrics.ts'
import type { Clock, GatewayAlarms, GatewayIdentity, GatewayLink } from '../core/ports.ts'
import { gatewayOffline } from '../errors.ts'
import { startBroker, type BrokerOptions } from './broker.ts'
import { decodeUp, encodeDown } from './codec.ts'
import { openConnection } from './connection.ts'
import { createDoorkeeper } from './doorkeeper.ts'
import { createHandlers, type UplinkPorts } from './handlers.ts'
import { createPresence, type Presence } from './presence.ts'
import { createSerialQueues } from './serial-queues.ts'

export interface UplinkOptions extends UplinkPorts {
  readonly identity: Pick<GatewayIdentity, 'judge' | 'renew' | 'token'>
  readonly alarms: GatewayAlarms
  /** The embedded broker. Not used when `brokerUrl` is given. */
  readonly listen: Pick<BrokerOptions, 'host' | 'port' | 'tls' | 'maxConnections' | 'connectTimeoutMs' | 'fruitless'>
  /** An external broker: `mqtt[s]://user:password@host`. */
  readonly brokerUrl?: string | undefined
  readonly metrics: Metrics
  readonly logger: Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>
  readonly clock?: Clock | undefined
  /** A gateway that says nothing for this long is offline. */
  readonly silentAfterMs?: number | undefined
}

export interface Uplink {
  readonly link: GatewayLink
  /** Plain loopback port of the embedded broker; 0 with an external one. */
  readonly port: number
  readonly tlsPort: number | undefined
  /** Whether the broker is within reach. */
  readonly isConnected: () => boolean
  close(): Promise<void>
}

/** Waiting messages of one gateway. It has two batches in flight at most, so more is a fault. */
const queueLimits = { jobs: 64, bytes: 32 * 1024 * 1024 }
/** Readings are for watching only: not worth a place in a queue that has begun to grow. */
const readingsQueue = 16
const sweepEveryMs = 1000
const closeMs = 5000

function addMetrics({ registry }: Metrics, online: () => number) {
  new Gauge({
    name: 'gatehouse_uplink_gateways_online',
    help: 'Gateways that are connected',
    registers: [registry],
    collect() {
      this.set(online())
    },
  })
  return {
    messages: new Counter({
      name: 'gatehouse_uplink_messages_total',
      help: 'Messages from gateways',
      labelNames: ['type'],
      registers: [registry],
    }),
    failures: new Counter({
      name: 'gatehouse_uplink_failures_total',
      help: 'Messages from gateways that could not be processed and so were not acknowledged',
      registers: [registry],
    }),
  }
}

/** Takes one payload of a gateway to its end. Never rejects: an unacknowledged batch comes again. */
function createReceiver(options: UplinkOptions, handle: ReturnType<typeof createHandlers>, online: () => number) {
  const { logger, metrics } = options
  const { messages, failures } = addMetrics(metrics, online)
  return async (gatewayId: string, payload: Buffer): Promise<void> => {
    const message = await decodeUp(payload).catch((error: unknown) => {
      metrics.refused('uplink', 'invalid-message')
      logger.debug({ err: error, gatewayId }, 'uplink message not understood')
    })
    if (!message) return
    messages.inc({ type: message.type })
    try {
      await handle(gatewayId, message)
    } catch (error) {
      failures.inc()
      logger.error({ err: error, gatewayId, type: message.type }, 'uplink message not processed')
    }
  }
}

/** What happens to a gateway that nothing was heard of, unless it spoke while this waited. */
const createSilence =
  ({ registry, logger }: UplinkOptions, presence: Presence) =>
  async (gatewayId: string) => {
    if (presence.isOnline(gatewayId)) return
    logger.info({ gatewayId }, 'gateway silent')
    await registry.setOnline(gatewayId, false).catch((error: unknown) => {
      logger.error({ err: error, gatewayId }, 'gateway state not stored')
    })
  }

/** The embedded broker; an external one keeps the door itself, and only the hello tells who has come. */
async function openDoor(options: UplinkOptions, refused: (reason: string) => void, now: () => number) {
  const { door, greeted } = createDoorkeeper({ ...options, now })
  if (options.brokerUrl !== undefined) return { broker: undefined, greeted }
  return { broker: await startBroker({ ...options.listen, ...door, refused }), greeted: undefined }
}

/** Opens the door for gateways, and is the way down to them. */
export async function startUplink(options: UplinkOptions): Promise<Uplink> {
  const { brokerUrl, logger, metrics } = options
  const now = () => (options.clock ?? Date).now()
  // A clock that is set makes nobody silent, and hides nobody who is.
  const uptime = () => performance.now()
  const refused = (reason: string) => {
    metrics.refused('uplink', reason)
  }
  let closing = false
  const presence = createPresence(options.silentAfterMs ?? 35_000)
  const queues = createSerialQueues(queueLimits)
  const { broker, greeted } = await openDoor(options, refused, now)

  async function send(gatewayId: string, message: UplinkDown) {
    await connection.publish(uplinkTopics.down(gatewayId), await encodeDown(message))
  }
  const markSilent = createSilence(options, presence)
  const handle = createHandlers({ ...options, presence, send, refused, now, uptime, greeted })
  const receive = createReceiver(options, handle, presence.count)

  const connection = await openConnection({
    url: brokerUrl ?? broker?.platform.url ?? '',
    embedded: broker?.platform,
    topic: uplinkTopics.allUp,
    logger,
    onMessage({ topic, payload, qos }) {
      const gatewayId = gatewayIdOf(topic)
      if (gatewayId === undefined) {
        refused('foreign-topic')
        return
      }
      if (closing) return
      const crowded = qos === 0 && queues.lengthOf(gatewayId) >= readingsQueue
      const taken = !crowded && queues.run(gatewayId, payload.length, () => receive(gatewayId, payload))
      if (!taken) refused('queue-full')
    },
  })

  const sweep = setInterval(() => {
    for (const gatewayId of presence.takeSilent(uptime())) queues.run(gatewayId, 0, () => markSilent(gatewayId))
  }, sweepEveryMs)

  return {
    link: {
      isOnline: presence.isOnline,
      disconnect: (gatewayId) => broker?.disconnect(gatewayId),
      tlsPort: () => broker?.tlsPort,
      async send(gatewayId, message) {
        if (!presence.isOnline(gatewayId) || !connection.isConnected()) throw gatewayOffline(gatewayId)
        await send(gatewayId, message)
      },
    },
    port: broker?.port ?? 0,
    tlsPort: broker?.tlsPort,
    isConnected: connection.isConnected,
    async close() {
      clearInterval(sweep)
      closing = true
      // What was begun may still be acknowledged; a database that hangs must not keep the process alive.
      await Promise.race([queues.idle(), delay(closeMs, undefined, { ref: false })])
      await connection.close()
      await broker?.close()
    },
  }
}
