import type { UplinkDown, UplinkUp } from '../contract/index.ts'
import type {
  CommandProgress,
  ContinuitySink,
  DeviceWatch,
  GatewayIdentity,
  GatewayRegistry,
  RecordSink,
} from '../core/ports.ts'
import type { Presence } from './presence.ts'

/** What the uplink feeds, and asks. */
export interface UplinkPorts {
  readonly registry: GatewayRegistry
  readonly records: RecordSink
  readonly devices: DeviceWatch
  readonly commands: CommandProgress
  readonly continuity: ContinuitySink
  readonly identity: Pick<GatewayIdentity, 'renew' | 'token'>
}

export interface HandlerContext extends UplinkPorts {
  readonly presence: Presence
  readonly send: (gatewayId: string, message: UplinkDown) => Promise<void>
  readonly refused: (reason: string) => void
  /** Told of each hello, where the broker does not tell who connects. */
  readonly greeted?: ((gatewayId: string, bootId: string) => void) | undefined
  readonly now: () => number
  /** Milliseconds of a clock that nobody sets: how long ago something was. */
  readonly uptime: () => number
}

type Message<T extends UplinkUp['type']> = Extract<UplinkUp, { type: T }>

/** Backlog and clock of a busy gateway are written down this often at most. */
const seenEveryMs = 5000

function createSightings({ registry, uptime }: Pick<HandlerContext, 'registry' | 'uptime'>) {
  const lastSeen = new Map<string, { readonly at: number; readonly backlog: number }>()

  return async (gatewayId: string, { backlog, clock }: { readonly backlog: number; readonly clock: number }) => {
    const last = lastSeen.get(gatewayId)
    // People wait for a backlog to end, and the next word may be a while away.
    const hasCaughtUp = backlog === 0 && last?.backlog !== 0
    if (last && !hasCaughtUp && uptime() - last.at < seenEveryMs) return
    lastSeen.set(gatewayId, { at: uptime(), backlog })
    await registry.seen(gatewayId, { backlog, clock })
  }
}

/** Half of a token's life: the next one is there before it ends. */
const tokenEveryMs = 30 * 60_000

/** Hands out tokens for HTTP: with the welcome, and again in time. */
function createTokenIssue({ identity, now, send }: Pick<HandlerContext, 'identity' | 'now' | 'send'>) {
  const issuedAt = new Map<string, number>()

  async function next(gatewayId: string) {
    const issued = await identity.token(gatewayId)
    issuedAt.set(gatewayId, now())
    return issued && { token: issued.token }
  }
  async function refresh(gatewayId: string) {
    if (now() - (issuedAt.get(gatewayId) ?? 0) < tokenEveryMs) return
    const token = await next(gatewayId)
    if (token) await send(gatewayId, { type: 'token', ...token })
  }
  return { next, refresh }
}

type Greeted = Exclude<UplinkUp, { type: 'hello' | 'goodbye' }>

/** What is done with the words of a gateway that has been greeted. */
function createNews(context: HandlerContext, tokens: ReturnType<typeof createTokenIssue>) {
  const { records, devices, commands, identity, send } = context
  const seen = createSightings(context)

  /** The acknowledgement leaves after the commit and never before. */
  async function batch(gatewayId: string, message: Message<'batch'>) {
    const { lane } = message
    const { seq } = await records.store(gatewayId, message)
    await send(gatewayId, { type: 'ack', batch: message.batch, lane, seq })
    // The gateway counted before it sent; records of the live lane stay in its backlog.
    const stored = lane === 'backlog' ? message.records.length : 0
    await seen(gatewayId, { clock: message.clock, backlog: Math.max(0, message.backlog - stored) })
  }

  async function handleNews(gatewayId: string, message: Greeted) {
    switch (message.type) {
      case 'batch':
        return batch(gatewayId, message)
      case 'heartbeat':
        await seen(gatewayId, message)
        return tokens.refresh(gatewayId)
      case 'renew':
        return send(gatewayId, { type: 'renewed', ...(await identity.renew(gatewayId, message.csr)) })
      case 'continuity':
        return context.continuity.take(gatewayId, message)
      case 'command-accepted':
        return commands.accepted(gatewayId, message.commandId)
      case 'readings':
        devices.readings(gatewayId, message.devices)
    }
  }

  return handleNews
}

/** Answers what to do with a message. Messages of one gateway must be handed over one after the other. */
export function createHandlers(context: HandlerContext) {
  const { registry, presence, send, now, uptime } = context
  const tokens = createTokenIssue(context)
  const handleNews = createNews(context, tokens)

  async function hello(gatewayId: string, greeting: Message<'hello'>) {
    presence.greeted(gatewayId, greeting.bootId, uptime())
    context.greeted?.(gatewayId, greeting.bootId)
    const { seq, desired } = await registry.hello(gatewayId, greeting)
    await registry.setOnline(gatewayId, true)
    await send(gatewayId, { type: 'welcome', clock: now(), seq, ...(await tokens.next(gatewayId)) })
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

  async function goodbye(gatewayId: string, { bootId }: Message<'goodbye'>) {
    if (presence.saidGoodbye(gatewayId, bootId)) await registry.setOnline(gatewayId, false)
  }

  return async function handle(gatewayId: string, message: UplinkUp): Promise<void> {
    // Our own broker lets in only whom it knows; an external one cannot.
    if (!presence.isOnline(gatewayId) && !(await registry.compoundOf(gatewayId))) {
      context.refused('unknown-gateway')
      return
    }
    if (message.type === 'goodbye') return goodbye(gatewayId, message)
    if (message.type === 'hello') return greet(gatewayId, () => hello(gatewayId, message))
    if (presence.heard(gatewayId, uptime())) await greet(gatewayId, () => firstWord(gatewayId))
    return handleNews(gatewayId, message)
  }
}
