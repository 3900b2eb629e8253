import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant } from './primitives.ts'

const Count = Type.Integer({ minimum: 0, maximum: 9_007_199_254_740_991 })
/** Where a figure may fall below zero or is no whole number. */
const Figure = Type.Number({ minimum: 0 })

/** Messages that never came: the device lost or dropped them before the gateway could acknowledge them. */
export const SequenceGap = Type.Object({
  /** First and last missing number. */
  from: Count,
  to: Count,
  /** The last message before the gap and the first one after it, by the gateway's clock. */
  after: Instant,
  before: Instant,
})
export type SequenceGap = Static<typeof SequenceGap>

/** How many gaps of one stream are kept by their numbers; older ones are only counted. */
export const maxKeptGaps = 20

/** One numbered stream of a device. */
export const SequenceReport = Type.Object({
  lastSeq: Count,
  /** Gaps that are still open, and the messages missing in them. */
  gaps: Count,
  missing: Count,
  /** The same message again. */
  duplicates: Count,
  /** Came later than a higher number, and closed a gap. */
  late: Count,
  /** The device counts anew: no gap. */
  restarts: Count,
  /** A stretch about which the gateway cannot tell, because it was cut off from power itself. */
  unknown: Type.Optional(Type.Object({ from: Instant, to: Instant })),
  recent: Type.Array(SequenceGap, { maxItems: maxKeptGaps }),
})
export type SequenceReport = Static<typeof SequenceReport>

/** What a gateway knows of one device's messages. */
export const DeviceContinuityReport = Type.Object({
  deviceId: Id,
  /** By the gateway's clock. */
  lastMessageAt: Type.Optional(Instant),
  reports: Type.Optional(SequenceReport),
  /** Only of devices that number their events. */
  events: Type.Optional(SequenceReport),
})
export type DeviceContinuityReport = Static<typeof DeviceContinuityReport>

/** Room on a disk, and how long it lasts. */
export const DiskReport = Type.Object({
  freeBytes: Figure,
  /** How fast it fills, measured over the last hour; absent until that is known. Zero: it does not fill. */
  bytesPerHour: Type.Optional(Figure),
  /** Absent when it does not fill, or when that is not known yet. */
  headroomHours: Type.Optional(Figure),
  /** `low`: telemetry makes room. `full`: nothing can be stored, the gates still open. */
  state: Type.Enum(['ok', 'low', 'full']),
})
export type DiskReport = Static<typeof DiskReport>

/** What a gateway says of what it keeps. Times are by its clock. */
export const GatewayContinuityReport = Type.Object({
  /** Events on their way here. */
  outbox: Type.Object({ lastSeq: Count, backlog: Count, oldestAt: Type.Optional(Instant) }),
  /** Telemetry on its way to the telemetry store. */
  telemetry: Type.Object({
    waitingBytes: Figure,
    oldestAt: Type.Optional(Instant),
    bytes: Figure,
    capacityBytes: Figure,
    /** Points lost to want of room, ever; and when the last of them had come in. */
    dropped: Count,
    droppedFrom: Type.Optional(Instant),
    droppedTo: Type.Optional(Instant),
  }),
  pictures: Type.Object({ bytes: Figure, capacityBytes: Figure, dropped: Count }),
  disk: DiskReport,
  memoryBytes: Figure,
  devices: Count,
})
export type GatewayContinuityReport = Static<typeof GatewayContinuityReport>

/** Numbers of a gateway that are not stored here although later ones are. */
const RecordGap = Type.Object({ epoch: Count, from: Count, to: Count })

/** What is stored here of a gateway's events: counted in the table, never assumed. */
export const StoredRecords = Type.Object({
  lastSeq: Count,
  lastAt: Type.Optional(Instant),
  /** Up to this number of the present epoch the table was looked through. */
  checkedSeq: Count,
  stored: Count,
  missing: Count,
  gaps: Type.Array(RecordGap, { maxItems: maxKeptGaps }),
  /** Kept as they came, but not understood. */
  problems: Count,
})
export type StoredRecords = Static<typeof StoredRecords>

export const BacklogMoment = Type.Object({ at: Instant, backlog: Count, waitingBytes: Figure })
export type BacklogMoment = Static<typeof BacklogMoment>

/** Sums over the devices of a gateway. */
const DeviceTotals = Type.Object({ devices: Count, withGaps: Count, missing: Count, silent: Count })

export const GatewayContinuity = Type.Object({
  gatewayId: Id,
  compoundId: Id,
  online: Type.Boolean(),
  lastSeenAt: Type.Optional(Instant),
  clockOffsetMs: Type.Optional(Type.Number()),
  version: Type.Optional(Type.String()),
  /** Records that the gateway holds for us, as of its last word. */
  backlog: Count,
  /** When the figures of the gateway came in, by our clock; absent: it has not told any yet. */
  reportedAt: Type.Optional(Instant),
  figures: Type.Optional(GatewayContinuityReport),
  stored: StoredRecords,
  totals: DeviceTotals,
})
export type GatewayContinuity = Static<typeof GatewayContinuity>

export const DeviceContinuity = Type.Object({
  ...DeviceContinuityReport.properties,
  name: Type.String(),
  kind: Type.String(),
  online: Type.Boolean(),
  onlineChangedAt: Type.Optional(Instant),
  /** When the gateway told this, by our clock; absent: never. */
  reportedAt: Type.Optional(Instant),
  gaps: Count,
  missing: Count,
  lastGapAt: Type.Optional(Instant),
})
export type DeviceContinuity = Static<typeof DeviceContinuity>

/** The platform's own disk. */
export const PlatformContinuity = Type.Object({
  at: Instant,
  disk: DiskReport,
  /** Embedded telemetry; absent when an InfluxDB keeps it. */
  telemetryBytes: Type.Optional(Figure),
  memoryBytes: Figure,
})
export type PlatformContinuity = Static<typeof PlatformContinuity>

/** A stretch in which telemetry of a gateway was lost for want of room. */
export const TelemetryLoss = Type.Object({
  from: Instant,
  to: Instant,
  count: Count,
  reason: Type.Enum(['spool-full', 'disk-full']),
})
export type TelemetryLoss = Static<typeof TelemetryLoss>

const watchers = ['admin', 'supervisor', 'guard', 'installer'] as const

export const listContinuity = {
  method: 'GET',
  url: '/api/continuity',
  summary: 'What waits, what is missing and how long the disks last: every gateway inside your scope, and the platform',
  access: watchers,
  audit: 'none',
  schema: {
    response: { 200: Type.Object({ platform: PlatformContinuity, gateways: Type.Array(GatewayContinuity) }) },
  },
} as const satisfies Endpoint

export const getContinuity = {
  method: 'GET',
  url: '/api/gateways/:gatewayId/continuity',
  summary: 'One gateway and its devices, the worst first; page with `offset`',
  access: watchers,
  audit: 'none',
  schema: {
    params: Type.Object({ gatewayId: Id }),
    querystring: Type.Object({
      only: Type.Optional(Type.Enum(['all', 'gaps', 'silent'], { default: 'all' })),
      offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000, default: 0 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
    }),
    response: {
      200: Type.Object({
        gateway: GatewayContinuity,
        /** The last day, one moment every five minutes. */
        history: Type.Array(BacklogMoment),
        losses: Type.Array(TelemetryLoss),
        /** How many devices the filter leaves. */
        total: Count,
        devices: Type.Array(DeviceContinuity),
      }),
    },
  },
} as const satisfies Endpoint

export const listTelemetryLosses = {
  method: 'GET',
  url: '/api/devices/:deviceId/telemetry-losses',
  summary: 'When telemetry of the device may have been lost because its gateway had no room for it',
  access: 'signed-in',
  audit: 'none',
  schema: {
    params: Type.Object({ deviceId: Id }),
    querystring: Type.Object({ from: Instant, to: Instant }),
    response: { 200: Type.Array(TelemetryLoss, { maxItems: 100 }) },
  },
} as const satisfies Endpoint
