import type {
  AreaEventBody,
  AreaEventRecord,
  Compound,
  DesiredArea,
  Readings,
  Scope,
  ServerEvents,
  UplinkDown,
  UplinkLane,
  UplinkUp,
  User,
} from '../contract/index.ts'

/** The way down to the gateways that are connected now. Nothing is queued here. */
export interface GatewayLink {
  /** Resolves when the broker has taken the message; rejects with GATEWAY_OFFLINE when the gateway is not connected. */
  send(gatewayId: string, message: UplinkDown): Promise<void>
  isOnline(gatewayId: string): boolean
  /** Ends the present connection of a gateway whose secret is no longer valid. An external broker does that itself. */
  disconnect?(gatewayId: string): void
  /** Where gateways elsewhere connect by TLS, if that is open. */
  tlsPort?(): number | undefined
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
  readonly outbox?: {
    readonly id: string
    readonly earlier: readonly { readonly id: string; readonly lastSeq: number }[]
  }
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

/** By what gateways are known after their enrolment. */
export interface GatewayIdentity {
  /** `superseded`: the gateway has used a newer one since, so this one was copied or comes from a backup. */
  judge(gatewayId: string, serial: string): Promise<'valid' | 'superseded' | 'refused'>
  renew(gatewayId: string, csr: string): Promise<{ readonly certificate: string; readonly ca: string }>
  /** For HTTP, where a proxy may end the gateway's TLS; nothing for a gateway that has its secret. */
  token(gatewayId: string): Promise<{ readonly token: string; readonly expiresAt: number } | undefined>
  /** The gateway that a token stands for, as long as it counts. */
  gatewayOf(token: string): Promise<string | undefined>
}

/** Told when the credentials of one gateway are used from two places. */
export interface GatewayAlarms {
  credentialShared(gatewayId: string, facts: AreaEventBody<'identity.credential-shared'>): Promise<void>
}

/** Last values, for watching only; history is in the telemetry store. */
export interface DeviceWatch {
  readings(
    gatewayId: string,
    devices: Readonly<Record<string, { readonly at: number; readonly readings: Readings }>>,
  ): void
}

export type ContinuityMessage = Extract<UplinkUp, { type: 'continuity' }>

/** What a gateway says of what it keeps and of what is missing. */
export interface ContinuitySink {
  take(gatewayId: string, message: ContinuityMessage): Promise<void>
}

/** The part of the command ledger that the uplink feeds. Results arrive as records. */
export interface CommandProgress {
  accepted(gatewayId: string, commandId: string): Promise<void>
}

/** Tells every console whose scope covers the compound. */
export interface Publisher {
  publish<E extends keyof ServerEvents>(event: E, compoundId: string, payload: Parameters<ServerEvents[E]>[0]): void
}

/** Tells every console whose scope covers the place: for what belongs to no compound. */
export interface ScopePublisher {
  publishAt<E extends keyof ServerEvents>(event: E, scope: Scope, payload: Parameters<ServerEvents[E]>[0]): void
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

/** What a certificate may be used for. */
export type CertificateUsage = 'client' | 'server'

export interface CertificateRequest {
  /** Id of the gateway or device. */
  readonly commonName: string
  readonly validMs: number
  readonly usages: readonly CertificateUsage[]
  /** Names and IP addresses (subject alternative names); default is the common name. */
  readonly dnsNames?: readonly string[] | undefined
}

export interface IssuedCertificate {
  readonly pem: string
  /** 128 random bits in lower-case hex. */
  readonly serial: string
  readonly notAfter: number
}

/** The platform's own certificate authority for machines. Who asks keeps the serial, to be able to revoke it. */
export interface CertificateAuthority {
  /** Certificate of the authority itself. */
  caPem(): string
  /** Certifies the key of a PKCS#10 request that proves its possession; of its contents only the key is used. */
  sign(csrPem: string, request: CertificateRequest): Promise<IssuedCertificate>
  /** Makes a key and certifies it. The key is not kept here. */
  issue(request: CertificateRequest): Promise<IssuedCertificate & { readonly keyPem: string }>
}

/** Where services get the time. */
export interface Clock {
  now(): number
}
