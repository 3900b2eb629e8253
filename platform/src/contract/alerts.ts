import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant, Sha256 } from './primitives.ts'

export const Severity = Type.Enum(['critical', 'major', 'minor'])
export type Severity = Static<typeof Severity>

export const AlertState = Type.Enum(['open', 'acknowledged', 'resolved'])
export type AlertState = Static<typeof AlertState>

/**
 * Which area events become alerts, and how urgent they are; the alert's type is the event's.
 * An event type that is not listed here is stored but disturbs nobody. Two are read differently:
 * `sensors.alarm-raised` brings its own severity and becomes `sensors.<alarm>`,
 * `devices.online-changed` to offline becomes `devices.offline`. Of `parking.lane-anomaly` tailgating is minor.
 * What rings at the help desk of the lanes is no alert at the same time: `parking.help-requested`, and refusals that
 * ask a person. They become alerts when nobody takes the call, and when they are told long after they happened.
 * A gateway that stays away becomes `devices.gateway-offline`; its devices are then not reported one by one.
 */
export const alertSeverity = {
  'linkage.incomplete': 'critical',
  'access.stranger': 'major',
  'access.door-alarm': 'major',
  'access.entry-refused': 'minor',
  'parking.entry-refused': 'major',
  'parking.exit-refused': 'major',
  'parking.help-requested': 'major',
  'parking.lane-anomaly': 'major',
  /** Cars wait before an entrance; resolved by itself when they are gone. */
  'parking.queue-changed': 'major',
  'video.tampered': 'minor',
  'devices.clock-drift': 'minor',
  'devices.storage-low': 'major',
  'devices.gateway-part-failing': 'major',
  'devices.gateway-repaired': 'major',
  'telemetry.dropped': 'major',
  'devices.command-failed': 'major',
  'devices.certificate-expiring': 'major',
  'identity.credential-shared': 'critical',
  'identity.sign-in-failures': 'major',
} as const satisfies Readonly<Record<string, Severity>>
export type AlertType = keyof typeof alertSeverity

export const AlertNote = Type.Object({ at: Instant, by: Type.String(), text: Type.String() })
export type AlertNote = Static<typeof AlertNote>

export const Alert = Type.Object({
  id: Type.String({ maxLength: 64 }),
  type: Type.String({ maxLength: 64 }),
  severity: Severity,
  state: AlertState,
  compoundId: Id,
  deviceId: Type.Optional(Id),
  /** When it happened, by the device's clock. */
  at: Instant,
  receivedAt: Instant,
  /** Reported after the fact (the device or the gateway had been cut off). */
  late: Type.Boolean(),
  picture: Type.Optional(Sha256),
  /** Facts of the event for people: plate, rule, reason, message … */
  details: Type.Record(Type.String({ maxLength: 64 }), Type.Unknown()),
  acknowledgedBy: Type.Optional(Type.String()),
  acknowledgedAt: Type.Optional(Instant),
  resolvedBy: Type.Optional(Type.String()),
  resolvedAt: Type.Optional(Instant),
  notes: Type.Array(AlertNote),
})
export type Alert = Static<typeof Alert>

const AlertParams = Type.Object({ alertId: Type.String({ maxLength: 64 }) })
const handlers = ['admin', 'supervisor', 'guard', 'property', 'grid'] as const

export const listAlerts = {
  method: 'GET',
  url: '/api/alerts',
  summary: 'Alerts inside your scope, newest first; page with `before`',
  access: 'signed-in',
  audit: 'look',
  schema: {
    querystring: Type.Object({
      state: Type.Optional(Type.Enum(['open', 'acknowledged', 'resolved', 'unresolved'])),
      compoundId: Type.Optional(Id),
      deviceId: Type.Optional(Id),
      before: Type.Optional(Instant),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    }),
    response: { 200: Type.Array(Alert) },
  },
} as const satisfies Endpoint

export const getAlert = {
  method: 'GET',
  url: '/api/alerts/:alertId',
  summary: 'One alert with its notes',
  access: 'signed-in',
  audit: 'look',
  schema: { params: AlertParams, response: { 200: Alert } },
} as const satisfies Endpoint

export const acknowledgeAlert = {
  method: 'POST',
  url: '/api/alerts/:alertId/acknowledge',
  summary: 'Say that you are on it',
  access: handlers,
  audit: 'change',
  schema: { params: AlertParams, response: { 200: Alert } },
} as const satisfies Endpoint

export const resolveAlert = {
  method: 'POST',
  url: '/api/alerts/:alertId/resolve',
  summary: 'Close it, with what was found or done',
  access: handlers,
  audit: 'change',
  schema: {
    params: AlertParams,
    body: Type.Object({ note: Type.Optional(Type.String({ maxLength: 1000 })) }),
    response: { 200: Alert },
  },
} as const satisfies Endpoint

export const reopenAlert = {
  method: 'POST',
  url: '/api/alerts/:alertId/reopen',
  summary: 'Undo a resolution',
  access: handlers,
  audit: 'change',
  schema: { params: AlertParams, response: { 200: Alert } },
} as const satisfies Endpoint

export const noteAlert = {
  method: 'POST',
  url: '/api/alerts/:alertId/notes',
  summary: 'Add a note',
  access: handlers,
  audit: 'change',
  schema: {
    params: AlertParams,
    body: Type.Object({ text: Type.String({ minLength: 1, maxLength: 1000 }) }),
    response: { 200: Alert },
  },
} as const satisfies Endpoint
