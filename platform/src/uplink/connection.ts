import { Socket } from 'node:net'
import mqtt, { type IClientOptions } from 'mqtt'
import type { BaseLogger } from 'pino'

export interface ConnectionOptions {
  readonly url: string
  /** How to sign in at the embedded broker; an external one has it in its URL. */
  readonly embedded: { readonly clientId: string; readonly username: string; readonly password: string } | undefined
  readonly topic: string
  readonly onMessage: (message: { readonly topic: string; readonly payload: Buffer; readonly qos: number }) => void
  readonly logger: Pick<BaseLogger, 'debug' | 'info' | 'warn'>
}

const deliveryMs = 10_000

/** Ours loses nothing by a clean start; an external broker keeps messages while the platform is away. */
const session = (embedded: ConnectionOptions['embedded']): IClientOptions =>
  embedded ? { ...embedded, clean: true } : { clientId: 'gatehouse-platform', clean: false }

/** The platform as a plain MQTT client, which keeps itself connected. */
export async function openConnection({ url, embedded, topic, onMessage, logger }: ConnectionOptions) {
  const client = mqtt.connect(url, {
    ...session(embedded),
    protocolVersion: 4,
    reconnectPeriod: 1000,
    connectTimeout: 10_000,
    queueQoSZero: false,
  })
  let connected = false
  let closing = false
  client.on('connect', () => {
    connected = true
    if (client.stream instanceof Socket) client.stream.setNoDelay(true)
    logger.info({}, 'uplink broker connected')
  })
  client.on('close', () => {
    if (connected && !closing) logger.warn({}, 'uplink broker connection lost')
    connected = false
  })
  // `close` and the next `connect` frame an outage; each failed attempt between them says nothing new.
  client.on('error', (error) => logger.debug({ err: error }, 'uplink broker not reached'))
  client.on('message', (from, payload, { qos }) => onMessage({ topic: from, payload, qos }))
  const subscribed = client.subscribeAsync(topic, { qos: 1 })
  if (embedded) await subscribed
  else subscribed.catch((error: unknown) => logger.warn({ err: error }, 'uplink broker refuses the subscription'))

  return {
    isConnected: () => connected,
    /** Resolves when the broker has taken it; rejects when that takes too long to be of use. */
    async publish(to: string, payload: Buffer): Promise<void> {
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(() => late.reject(new Error('the broker does not answer')), deliveryMs)
      try {
        await Promise.race([client.publishAsync(to, payload, { qos: 1 }), late.promise])
      } finally {
        clearTimeout(timer)
      }
    },
    async close() {
      closing = true
      await client.endAsync(!connected)
    },
  }
}
