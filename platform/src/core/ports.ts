import type {
  AreaEventRecord,
  Compound,
  DesiredArea,
  Readings,
  ServerEvents,
  UplinkDown,
  UplinkLane,
  User,
} from '../contract/index.ts'

/** The way down to the gateways that are connected now. Nothing is queued here. */
export interface GatewayLink {
  /** Resolves when the broker has taken the message; rejects with GATEWAY_OFFLINE when the gateway is not connected. */
  send(gatewayId: string, message: UplinkDown): Promise<void>
  isOnline(gatewayId: string): boolean
  /** Ends the present connection of a gateway whose secret is no longer valid. An external broker does that itself. */
  disconnect?(gatewayId: string): void
}

/** Records of a gateway in one piece; `clock` is what the gateway's clock showed when it sent them. */
export interface RecordBatch {
  readonly records: readonly AreaEventRecord[]
  readonly lane: UplinkLane
  readonly clock: number
}

/** Takes what gateways report. Resolves after the commit: only then may a batch be acknowledged. */
export interface RecordSink {
  /** Redelivery is harmless. `seq` is the highest number that is stored without a gap below it. */
  store(gatewayId: string, batch: RecordBatch): Promise<{ readonly seq: number }>
}

/** What a gateway says of itself when it connects. */
export interface GatewayHello {
  readonly version: string
  readonly bootId: string
  readonly clock: number
  readonly lastSeq: number
  readonly backlog: number
  readonly revisions: Readonly<Record<string, number>>
}

/** One revision of what the platform wants of a gateway; the body follows `desiredAreas[area]`. */
export interface DesiredRevision {
  readonly area: DesiredArea
  readonly revision: number
  readonly body: Record<string, unknown>
}

/** Who the gateways are and how they are doing. */
export interface GatewayRegistry {
  authenticate(gatewayId: string, secret: string): Promise<boolean>
  /** Answers what is stored of it, and every desired state that it does not have yet. */
  hello(
    gatewayId: string,
    hello: GatewayHello,
  ): Promise<{ readonly seq: number; readonly desired: readonly DesiredRevision[] }>
  seen(gatewayId: string, state: { readonly backlog: number; readonly clock: number }): Promise<void>
  setOnline(gatewayId: string, online: boolean): Promise<void>
  /** The compound that the gateway stands in, or nothing for an unknown gateway. */
  compoundOf(gatewayId: string): Promise<Compound | undefined>
}

/** Last values, for watching only; history is in the telemetry store. */
export interface DeviceWatch {
  readings(
    gatewayId: string,
    devices: Readonly<Record<string, { readonly at: number; readonly readings: Readings }>>,
  ): void
}

/** The part of the command ledger that the uplink feeds. Results arrive as records. */
export interface CommandProgress {
  accepted(gatewayId: string, commandId: string): Promise<void>
}

/** Tells every console whose scope covers the compound. */
export interface Publisher {
  publish<E extends keyof ServerEvents>(event: E, compoundId: string, payload: Parameters<ServerEvents[E]>[0]): void
}

/** Who asks: a signed-in person with role and scope. */
export type Caller = Pick<User, 'username' | 'role' | 'scope'>

/** What somebody did or tried to do, before the audit log numbers and chains it. */
export interface AuditEntry {
  /** User name, `gateway:<id>`, `system` or, before anybody is known, `anonymous`. */
  readonly actor: string
  /** Stable name: of the endpoint (`putUser`), or `area.what` for what happens without one. */
  readonly action: string
  /** Id of what it was done to. */
  readonly target?: string | undefined
  readonly compoundId?: string | undefined
  /** Network address it came from. */
  readonly address?: string | undefined
  readonly reason?: string | undefined
  readonly outcome: 'asked' | 'done' | 'refused' | 'failed'
  /** Further facts; never a secret. */
  readonly details?: Readonly<Record<string, string | number | boolean>> | undefined
}

/** The audit log as everybody else sees it: it only grows. */
export interface AuditTrail {
  /** Resolves when the entry is durable. */
  append(entry: AuditEntry): Promise<void>
}

/** Where services get the time. */
export interface Clock {
  now(): number
}
