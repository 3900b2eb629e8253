import { Type, type Static } from 'typebox'
import { Severity } from './alerts.ts'
import { SpeakerState } from './broadcast.ts'
import { CapabilityMap } from './capabilities.ts'
import { Id, Instant, Sha256 } from './primitives.ts'

const Picture = Type.Optional(Sha256)
const Short = Type.String({ maxLength: 64 })
const Sentence = Type.String({ maxLength: 300 })

const Direction = Type.Enum(['in', 'out'])
const Fen = Type.Integer({ minimum: 0, description: 'fen' })
const SessionId = Type.String({ minLength: 1, maxLength: 128 })

/** A car has come in: one stay begins. */
const SessionOpened = Type.Object({
  sessionId: SessionId,
  /** As matched; empty for a car without a plate. */
  plate: Short,
  rawPlate: Short,
  vehicleClass: Short,
  /** What let it in: `monthly`, `visitor`, `temporary` … */
  right: Short,
  enteredAt: Instant,
  picture: Picture,
})

/** A stay has ended, with what it cost by the clock of the devices and what was known of payments at the gate. */
const SessionClosed = Type.Object({
  sessionId: SessionId,
  /** `ghost`: nobody saw it leave, and it cannot be inside any more. */
  outcome: Type.Enum(['left', 'ghost']),
  leftAt: Instant,
  tariffVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  feeFen: Fen,
  paidFen: Fen,
  waivedFen: Fen,
  /** Let go unpaid. */
  debtFen: Fen,
  note: Type.Optional(Sentence),
  picture: Picture,
})

/** A car at the lane; plate and stay where they are known. */
const LanePassage = Type.Object({
  eventId: Short,
  direction: Direction,
  plate: Type.Optional(Short),
  sessionId: Type.Optional(SessionId),
})

const LaneDecision = Type.Object({
  /** Event id of the device that led to the decision. */
  eventId: Short,
  direction: Direction,
  rawPlate: Short,
  matchedPlate: Type.Optional(Short),
  /** Substitutions between raw and matched plate. */
  distance: Type.Integer({ minimum: 0, maximum: 8 }),
  colour: Short,
  confidence: Type.Number({ minimum: 0, maximum: 100 }),
  /** `pay`: the arm stays down until what is due is paid, waived or let go as a debt. */
  decision: Type.Enum(['open', 'refuse', 'ask', 'pay']),
  rule: Short,
  /** In words, as lane display and voice say it. */
  reason: Sentence,
  /** What it comes in with, and leaves by: a kind of permit, `temporary` … */
  right: Type.Optional(Short),
  /** Plates that the camera may have meant, for a person to choose from. */
  candidates: Type.Optional(Type.Array(Short, { maxItems: 10 })),
  /** The stay that it belongs to, and what is due for it, at an exit. */
  sessionId: Type.Optional(SessionId),
  dueFen: Type.Optional(Fen),
  picture: Picture,
})
export type LaneDecision = Static<typeof LaneDecision>

const AccessDecision = Type.Object({
  eventId: Short,
  method: Type.Enum(['face', 'card', 'remote']),
  decision: Type.Enum(['open', 'refuse']),
  rule: Short,
  reason: Sentence,
  personId: Type.Optional(Short),
  picture: Picture,
})
export type AccessDecision = Static<typeof AccessDecision>

/** What the areas of a gateway tell the platform: one schema for each event type. Additive changes only. */
export const areaEvents = {
  'devices.announced': Type.Object({ kind: Short, capabilities: CapabilityMap }),
  'devices.online-changed': Type.Object({
    online: Type.Boolean(),
    reason: Type.Enum(['connected', 'last-will', 'silent', 'disconnected', 'unreachable', 'removed']),
  }),
  'devices.clock-drift': Type.Object({ offsetMs: Type.Number() }),
  'devices.storage-low': Type.Object({ freeBytes: Type.Number(), dropped: Type.Integer() }),
  /** Telemetry made room, the oldest first. Told at most once an hour while it lasts, and when it is over. */
  'telemetry.dropped': Type.Object({
    /** Points lost so far, and when they had come in. */
    count: Type.Integer({ minimum: 0 }),
    from: Instant,
    to: Instant,
    reason: Type.Enum(['spool-full', 'disk-full']),
    over: Type.Boolean(),
  }),
  /** A part of the gateway does not come to rest, although it is started again and again. */
  'devices.gateway-part-failing': Type.Object({ part: Short, problem: Sentence, failures: Type.Integer() }),
  /** Something that the gateway had stored was damaged, and was set right as far as possible. */
  'devices.gateway-repaired': Type.Object({
    /** `database`, `telemetry`, `pictures` or `settings`. */
    what: Short,
    problem: Sentence,
    action: Sentence,
    lossPossible: Type.Boolean(),
  }),
  /** Stands in the place of a record that the gateway's disk has spoilt. */
  'devices.record-damaged': Type.Object({}),
  'devices.desired-applied': Type.Object({
    area: Short,
    revision: Type.Integer(),
    failed: Type.Array(Type.Object({ deviceId: Id, reason: Sentence }), { maxItems: 5000 }),
  }),
  'devices.command-result': Type.Object({
    commandId: Short,
    ok: Type.Boolean(),
    code: Type.Optional(Short),
    message: Type.Optional(Sentence),
    data: Type.Optional(Type.Record(Short, Type.Unknown())),
  }),
  /** A device did not do what the gateway itself had decided; people must look after it. */
  'devices.command-failed': Type.Object({
    name: Short,
    code: Short,
    message: Type.Optional(Sentence),
    /** `deviceId/eventId` of the event that led to the order. */
    cause: Type.Optional(Type.String({ maxLength: 160 })),
  }),
  /** Its certificate could not be renewed so far. The platform finds it out itself for a gateway. */
  'devices.certificate-expiring': Type.Object({ expiresAt: Instant }),
  /**
   * Two machines use the credentials of one at the same time: somebody has copied them.
   * Reported by the gateway for a device; for a gateway by the platform, which then names `gatewayId` in the alert.
   */
  'identity.credential-shared': Type.Object({
    credential: Type.Optional(Type.Enum(['secret', 'certificate'])),
    /** How often one of them took the place of the other. */
    takeovers: Type.Integer({ minimum: 1 }),
    /** Network addresses that they came from. */
    addresses: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 8 }),
  }),
  'parking.entry-opened': LaneDecision,
  'parking.entry-refused': LaneDecision,
  'parking.exit-opened': LaneDecision,
  'parking.exit-refused': LaneDecision,
  /** A car stands at the exit and has to pay first. */
  'parking.exit-unpaid': LaneDecision,
  'parking.vehicle-passed': LanePassage,
  'parking.vehicle-reversed': LanePassage,
  'parking.session-opened': SessionOpened,
  'parking.session-closed': SessionClosed,
  /** Something went through, or was tried, that nobody had opened for. */
  'parking.lane-anomaly': Type.Object({
    eventId: Short,
    kind: Type.Enum(['tailgating', 'forced-opening', 'blocked']),
    direction: Direction,
    plate: Type.Optional(Short),
    picture: Picture,
  }),
  /** Cars wait at an entrance; told before they block the road, and when they are gone. */
  'parking.queue-changed': Type.Object({
    queueing: Type.Boolean(),
    cars: Type.Integer({ minimum: 0 }),
    since: Instant,
  }),
  /** The help button, with what the lane knows of the car in front of it. */
  'parking.help-requested': Type.Object({
    eventId: Short,
    direction: Type.Optional(Direction),
    rawPlate: Type.Optional(Short),
    candidates: Type.Optional(Type.Array(Short, { maxItems: 10 })),
    sessionId: Type.Optional(SessionId),
    dueFen: Type.Optional(Fen),
    /** What the lane has said to the driver last. */
    reason: Type.Optional(Sentence),
    picture: Picture,
  }),
  'access.entry-granted': AccessDecision,
  'access.entry-refused': AccessDecision,
  'access.stranger': AccessDecision,
  'access.door-alarm': Type.Object({ eventId: Short, alarm: Type.Enum(['forced', 'held-open', 'tamper']) }),
  'sensors.alarm-raised': Type.Object({
    eventId: Short,
    /** Kind of alarm, for example `smoke`; the alert's type is `sensors.<alarm>`. */
    alarm: Short,
    severity: Severity,
    level: Type.Optional(Type.Number()),
    building: Type.Optional(Short),
  }),
  'sensors.alarm-cleared': Type.Object({ eventId: Short, alarm: Short }),
  'linkage.exits-opened': Type.Object({
    trigger: Id,
    building: Type.Optional(Short),
    results: Type.Array(Type.Object({ deviceId: Id, ok: Type.Boolean(), code: Type.Optional(Short) }), {
      maxItems: 1000,
    }),
  }),
  'linkage.incomplete': Type.Object({
    trigger: Id,
    building: Type.Optional(Short),
    results: Type.Array(Type.Object({ deviceId: Id, ok: Type.Boolean(), code: Type.Optional(Short) }), {
      maxItems: 1000,
    }),
  }),
  'video.motion-changed': Type.Object({ active: Type.Boolean(), topic: Type.String({ maxLength: 200 }) }),
  'video.tampered': Type.Object({ active: Type.Boolean(), topic: Type.String({ maxLength: 200 }) }),
  /** Somebody tries secrets: of one device, or (without a device) of many from one address. */
  'identity.sign-in-failures': Type.Object({
    failures: Type.Integer({ minimum: 1 }),
    minutes: Type.Integer({ minimum: 1 }),
    addresses: Type.Array(Short, { maxItems: 8 }),
  }),
  'broadcast.progress': Type.Object({
    broadcastId: Short,
    state: SpeakerState,
    durationMs: Type.Optional(Type.Integer({ minimum: 0 })),
    reason: Type.Optional(Sentence),
  }),
} as const

export type AreaEventType = keyof typeof areaEvents
export type AreaEventBody<T extends AreaEventType> = Static<(typeof areaEvents)[T]>

/** An event before it has a number: what an area hands to the outbox. */
export type NewAreaEvent = {
  [T in AreaEventType]: {
    readonly type: T
    /** Device time, UTC ms. */
    readonly at: number
    readonly deviceId?: string
    /** Replayed by the device or decided long ago: history, not news. */
    readonly late?: boolean
    readonly body: AreaEventBody<T>
  }
}[AreaEventType]

/** One outbox record on the wire. The body is checked against `areaEvents[type]`; unknown types are stored unread. */
export const AreaEventRecord = Type.Object({
  seq: Type.Integer({ minimum: 1 }),
  type: Type.String({ maxLength: 64, pattern: '^[a-z]+\\.[a-z-]+$' }),
  at: Instant,
  deviceId: Type.Optional(Id),
  late: Type.Optional(Type.Boolean()),
  body: Type.Record(Type.String({ maxLength: 64 }), Type.Unknown()),
})
export type AreaEventRecord = Static<typeof AreaEventRecord>

/** Events that go ahead of a backlog: somebody may be waiting for them. */
export const liveEventTypes: ReadonlySet<string> = new Set<AreaEventType>([
  'devices.command-result',
  'devices.command-failed',
  'identity.credential-shared',
  'identity.sign-in-failures',
  'parking.entry-refused',
  'parking.exit-refused',
  'parking.exit-unpaid',
  'parking.lane-anomaly',
  'parking.queue-changed',
  'parking.help-requested',
  'access.stranger',
  'access.entry-refused',
  'access.door-alarm',
  'sensors.alarm-raised',
  'sensors.alarm-cleared',
  'linkage.exits-opened',
  'linkage.incomplete',
  'broadcast.progress',
])
