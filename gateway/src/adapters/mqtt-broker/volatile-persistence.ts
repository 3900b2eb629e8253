import { Readable } from 'node:stream'

interface Named {
  readonly id: string
}
interface Numbered {
  readonly messageId?: number
}
interface Subscribed {
  readonly topic: string
  readonly qos: number
}

const nothing = () => Readable.from([])

/**
 * What the broker library remembers. Messages of devices are durable before they reach it and have one reader,
 * the house; messages to devices are sent now or never. So there is no queue here that could hold an old command:
 * only the subscriptions of a persistent session, one per device, and the packet ids of unfinished QoS 2 exchanges.
 */
export function volatilePersistence(mayHear: (deviceId: string, filter: string) => boolean) {
  const subscriptions = new Map<string, Map<string, Subscribed>>()
  const incoming = new WeakMap<object, Map<number, Numbered>>()

  return {
    setup: async () => undefined,
    destroy: async () => undefined,

    addSubscriptions: async (client: Named, subs: readonly Subscribed[]) => {
      const own = subscriptions.get(client.id) ?? new Map<string, Subscribed>()
      for (const sub of subs) if (mayHear(client.id, sub.topic)) own.set(sub.topic, sub)
      if (own.size > 0) subscriptions.set(client.id, own)
    },
    removeSubscriptions: async (client: Named, names: readonly string[]) => {
      for (const name of names) subscriptions.get(client.id)?.delete(name)
    },
    cleanSubscriptions: async (client: Named) => subscriptions.delete(client.id),
    subscriptionsByClient: async (client: Named) => [...(subscriptions.get(client.id)?.values() ?? [])],
    subscriptionsByTopic: async () => [],

    incomingStorePacket: async (client: object, packet: Numbered) => {
      const stored = incoming.get(client) ?? new Map<number, Numbered>()
      incoming.set(client, stored.set(packet.messageId ?? 0, { messageId: packet.messageId ?? 0 }))
    },
    incomingGetPacket: async (client: object, packet: Numbered) => {
      const stored = incoming.get(client)?.get(packet.messageId ?? 0)
      if (!stored) throw new Error('no such packet')
      return stored
    },
    incomingDelPacket: async (client: object, packet: Numbered) => incoming.get(client)?.delete(packet.messageId ?? 0),
    cleanIncoming: async (client: object) => incoming.delete(client),

    outgoingEnqueue: async () => undefined,
    outgoingEnqueueCombi: async () => undefined,
    outgoingUpdate: async () => undefined,
    outgoingClearMessageId: async () => undefined,
    outgoingStream: nothing,
    storeRetained: async () => undefined,
    createRetainedStream: nothing,
    createRetainedStreamCombi: nothing,
    putWill: async () => undefined,
    getWill: async () => undefined,
    delWill: async () => undefined,
    streamWill: nothing,
  }
}

type Done = () => void

/** No message goes from one client to another, so there is nobody to tell. */
export const noFanOut = {
  on: (_topic: string, _listener: unknown, done?: Done) => done?.(),
  removeListener: (_topic: string, _listener: unknown, done?: Done) => done?.(),
  emit: (_packet: unknown, done?: Done) => done?.(),
  close: (done?: Done) => done?.(),
}
