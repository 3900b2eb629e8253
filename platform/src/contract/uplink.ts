import { Type, type Static } from 'typebox'
import { AreaEventRecord } from './area-events.ts'
import { BroadcastPriority } from './broadcast.ts'
import { DeviceContinuityReport, GatewayContinuityReport } from './continuity.ts'
import { Id, Instant, Readings } from './primitives.ts'

/** Topics between one gateway and the platform. Payloads are JSON, gzip above 1 kB (first bytes 1f 8b). */
export const uplinkTopics = {
  up: (gatewayId: string) => `gh/v1/gateways/${gatewayId}/up`,
  down: (gatewayId: string) => `gh/v1/gateways/${gatewayId}/down`,
  allUp: 'gh/v1/gateways/+/up',
} as const

/** The gateway that a topic belongs to. */
export function gatewayIdOf(topic: string): string | undefined {
  return /^gh\/v1\/gateways\/([a-z0-9][a-z0-9-]{0,63})\/(?:up|down)$/.exec(topic)?.[1]
}

/** Payloads of this size and more are compressed. */
export const uplinkGzipBytes = 1024

/**
 * The name by which a gateway that is enrolled knows the platform, wherever that is. Only the platform has a
 * certificate of its own authority for it.
 */
export const uplinkServerName = 'uplink.gatehouse.internal'

/** Bearer token for pictures and telemetry: an hour, and no longer than the certificates of the gateway count. */
const HttpToken = Type.String({ minLength: 1, maxLength: 500 })
const OutboxId = Type.String({ maxLength: 64 })
const CommandId = Type.String({ maxLength: 64 })
/** `live` carries news past a backlog; the same record may come again in `backlog`, and is stored once. */
const Lane = Type.Enum(['backlog', 'live'])
export type UplinkLane = Static<typeof Lane>

/** Gateway → platform. */
export const UplinkUp = Type.Union([
  Type.Object({
    type: Type.Literal('hello'),
    version: Type.String({ maxLength: 40 }),
    /** Changes with every start of the gateway. */
    bootId: Type.String({ maxLength: 64 }),
    clock: Instant,
    lastSeq: Type.Integer({ minimum: 0 }),
    /** Tells a gateway that goes on from one that counts anew, after damage or with an older state restored. */
    outbox: Type.Optional(
      Type.Object({
        id: OutboxId,
        /** Outboxes in which the same numbers mean the same records, each up to its `lastSeq`. */
        earlier: Type.Array(Type.Object({ id: OutboxId, lastSeq: Type.Integer({ minimum: 0 }) }), { maxItems: 10 }),
      }),
    ),
    backlog: Type.Integer({ minimum: 0 }),
    /** Stored desired-state revision of each area. */
    revisions: Type.Record(Type.String({ maxLength: 40 }), Type.Integer({ minimum: 0 })),
  }),
  Type.Object({
    type: Type.Literal('batch'),
    batch: Type.Integer({ minimum: 1 }),
    lane: Lane,
    backlog: Type.Integer({ minimum: 0 }),
    clock: Instant,
    /** In order of `seq`. */
    records: Type.Array(AreaEventRecord, { minItems: 1, maxItems: 1000 }),
  }),
  /** Last known values, for watching only; history is in the telemetry store. QoS 0. */
  Type.Object({
    type: Type.Literal('readings'),
    devices: Type.Record(Id, Type.Object({ at: Instant, readings: Readings })),
  }),
  /** Asks for the next certificate; the platform answers `renewed`. PKCS#10, PEM. */
  Type.Object({ type: Type.Literal('renew'), csr: Type.String({ maxLength: 8192 }) }),
  Type.Object({ type: Type.Literal('command-accepted'), commandId: CommandId }),
  Type.Object({ type: Type.Literal('heartbeat'), clock: Instant, backlog: Type.Integer({ minimum: 0 }) }),
  /** What the gateway keeps, and where messages of its devices are missing. Comes in pages; the first has the figures. */
  Type.Object({
    type: Type.Literal('continuity'),
    clock: Instant,
    figures: Type.Optional(GatewayContinuityReport),
    devices: Type.Array(DeviceContinuityReport, { maxItems: 1000 }),
  }),
  /** Also the gateway's last will. `bootId` tells an old connection's will from the present one. */
  Type.Object({ type: Type.Literal('goodbye'), bootId: Type.String({ maxLength: 64 }) }),
])
export type UplinkUp = Static<typeof UplinkUp>

/** Platform → gateway. */
export const UplinkDown = Type.Union([
  /**
   * Answer to `hello`: everything up to `seq` is stored here.
   * `sayHello` is set when nobody said hello: the platform was started anew under a running connection.
   * The gateway then says hello, and takes from the answer where to go on.
   */
  Type.Object({
    type: Type.Literal('welcome'),
    clock: Instant,
    seq: Type.Integer({ minimum: 0 }),
    sayHello: Type.Optional(Type.Literal(true)),
    /** For HTTP, to a gateway that signs in with a certificate. */
    token: Type.Optional(HttpToken),
  }),
  /** The next token, in time before the last one ends. */
  Type.Object({ type: Type.Literal('token'), token: HttpToken }),
  /** Both PEM. The old certificate counts until this one is used. */
  Type.Object({
    type: Type.Literal('renewed'),
    certificate: Type.String({ maxLength: 8192 }),
    ca: Type.String({ maxLength: 8192 }),
  }),
  /** Sent after the commit. `backlog`: all up to `seq` is stored; `live`: the batch is stored. */
  Type.Object({
    type: Type.Literal('ack'),
    batch: Type.Integer({ minimum: 1 }),
    lane: Lane,
    seq: Type.Integer({ minimum: 0 }),
  }),
  Type.Object({
    type: Type.Literal('command'),
    commandId: CommandId,
    expiresAt: Instant,
    deviceId: Id,
    name: Type.String({ maxLength: 64 }),
    args: Type.Record(Type.String({ maxLength: 64 }), Type.Unknown()),
  }),
  /** An operator lets the car in front of a lane through. The gateway answers with `devices.command-result`. */
  Type.Object({
    type: Type.Literal('raise-lane'),
    commandId: CommandId,
    expiresAt: Instant,
    laneId: Id,
    /** As chosen by the operator; `none` when there is no plate. */
    plate: Type.String({ minLength: 1, maxLength: 16 }),
    /** The stay that it ends, at an exit. */
    sessionId: Type.Optional(Type.String({ maxLength: 128 })),
    /** Of what is due, fen; the rest is let go as a debt. */
    waivedFen: Type.Integer({ minimum: 0 }),
  }),
  /**
   * A driver says by phone which car without a plate stands in front of a lane. The gateway decides as if it had read
   * that plate, and tells in `devices.command-result` what it decided: `decision`, `rule`, `dueFen`.
   */
  Type.Object({
    type: Type.Literal('claim-lane'),
    commandId: CommandId,
    expiresAt: Instant,
    laneId: Id,
    /** A stand-in plate. */
    plate: Type.String({ minLength: 1, maxLength: 16 }),
  }),
  Type.Object({
    type: Type.Literal('announce'),
    broadcastId: Type.String({ maxLength: 64 }),
    expiresAt: Instant,
    text: Type.String({ minLength: 1, maxLength: 500 }),
    priority: BroadcastPriority,
    speakerIds: Type.Array(Id, { minItems: 1, maxItems: 200 }),
  }),
  Type.Object({
    type: Type.Literal('desired'),
    area: Type.String({ maxLength: 40 }),
    revision: Type.Integer({ minimum: 1 }),
    /** Checked against `desiredAreas[area]`. */
    body: Type.Record(Type.String(), Type.Unknown()),
  }),
])
export type UplinkDown = Static<typeof UplinkDown>
