import type { UplinkDown, UplinkUp } from '../contract/index.ts'
import type { CommandProgress, DeviceWatch, GatewayRegistry, RecordSink } from '../core/ports.ts'
import type { Presence } from './presence.ts'

/** What the uplink feeds, and asks. */
export interface UplinkPorts {
  readonly registry: GatewayRegistry
  readonly records: RecordSink
  readonly devices: DeviceWatch
  readonly commands: CommandProgress
}

export interface HandlerContext extends UplinkPorts {
  readonly presence: Presence
  readonly send: (gatewayId: string, message: UplinkDown) => Promise<void>
  readonly refused: (reason: string) => void
  readonly now: () => number
}

type Message<T extends UplinkUp['type']> = Extract<UplinkUp, { type: T }>

/** Backlog and clock of a busy gateway are written down this often at most. */
const seenEveryMs = 5000

function createSightings({ registry, now }: Pick<HandlerContext, 'registry' | 'now'>) {
  const lastSeen = new Map<string, { readonly at: number; readonly backlog: number }>()

  return async (gatewayId: string, { backlog, clock }: { readonly backlog: number; readonly clock: number }) => {
    const last = lastSeen.get(gatewayId)
    // People wait for a backlog to end, and the next word may be a while away.
    const hasCaughtUp = backlog === 0 && last?.backlog !== 0
    if (last && !hasCaughtUp && now() - last.at < seenEveryMs) return
    lastSeen.set(gatewayId, { at: now(), backlog })
    await registry.seen(gatewayId, { backlog, clock })
  }
}

/** Answers what to do with a message. Messages of one gateway must be handed over one after the other. */
export function createHandlers(context: HandlerContext) {
  const { registry, records, devices, commands, presence, send, now } = context
  const seen = createSightings(context)

  async function hello(gatewayId: string, greeting: Message<'hello'>) {
    presence.greeted(gatewayId, greeting.bootId, now())
    const { seq, desired } = await registry.hello(gatewayId, greeting)
    await registry.setOnline(gatewayId, true)
    await send(gatewayId, { type: 'welcome', clock: now(), seq })
    for (const revision of desired) await send(gatewayId, { type: 'desired', ...revision })
  }

  /** A running connection that this process has not seen begin: it was started anew behind an external broker. */
  async function firstWord(gatewayId: string) {
    await registry.setOnline(gatewayId, true)
    await send(gatewayId, { type: 'welcome', clock: now(), seq: 0, sayHello: true })
  }

  /** Whoever could not be greeted counts as absent, so that the next message begins anew. */
  async function greet(gatewayId: string, greeting: () => Promise<void>) {
    try {
      await greeting()
    } catch (error) {
      presence.forget(gatewayId)
      throw error
    }
  }

  /** The acknowledgement leaves after the commit and never before. */
  async function batch(gatewayId: string, message: Message<'batch'>) {
    const { lane } = message
    const { seq } = await records.store(gatewayId, message)
    await send(gatewayId, { type: 'ack', batch: message.batch, lane, seq })
    // The gateway counted before it sent; records of the live lane stay in its backlog.
    const stored = lane === 'backlog' ? message.records.length : 0
    await seen(gatewayId, { clock: message.clock, backlog: Math.max(0, message.backlog - stored) })
  }

  async function goodbye(gatewayId: string, { bootId }: Message<'goodbye'>) {
    if (presence.saidGoodbye(gatewayId, bootId)) await registry.setOnline(gatewayId, false)
  }

  async function handleNews(gatewayId: string, message: Exclude<UplinkUp, { type: 'hello' | 'goodbye' }>) {
    switch (message.type) {
      case 'batch':
        return batch(gatewayId, message)
      case 'heartbeat':
        return seen(gatewayId, message)
      case 'command-accepted':
        return commands.accepted(gatewayId, message.commandId)
      case 'readings':
        devices.readings(gatewayId, message.devices)
    }
  }

  return async function handle(gatewayId: string, message: UplinkUp): Promise<void> {
    // Our own broker lets in only whom it knows; an external one cannot.
    if (!presence.isOnline(gatewayId) && !(await registry.compoundOf(gatewayId))) {
      context.refused('unknown-gateway')
      return
    }
    if (message.type === 'goodbye') return goodbye(gatewayId, message)
    if (message.type === 'hello') return greet(gatewayId, () => hello(gatewayId, message))
    if (presence.heard(gatewayId, now())) await greet(gatewayId, () => firstWord(gatewayId))
    return handleNews(gatewayId, message)
  }
}
