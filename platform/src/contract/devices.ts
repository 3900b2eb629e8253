import { Type, type Static } from 'typebox'
import { CapabilityMap } from './capabilities.ts'
import { PlanPosition } from './compounds.ts'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant, Readings } from './primitives.ts'

export const Device = Type.Object({
  id: Id,
  compoundId: Id,
  kind: Type.String({ maxLength: 40 }),
  name: Type.String({ minLength: 1, maxLength: 60 }),
  /** Building, lane or zone in words: "Building 3", "North gate, in". */
  place: Type.String({ maxLength: 60 }),
  position: Type.Optional(PlanPosition),
  online: Type.Boolean(),
  /** When `online` last changed. */
  onlineChangedAt: Type.Optional(Instant),
  capabilities: CapabilityMap,
  readings: Readings,
  readingsAt: Type.Optional(Instant),
  /** Its gateway calls it at an address, so it has a password of its own and does not sign in there. */
  isCalled: Type.Optional(Type.Literal(true)),
})
export type Device = Static<typeof Device>

export const CommandState = Type.Enum(['sent', 'accepted', 'done', 'failed', 'expired'])
export type CommandState = Static<typeof CommandState>

/** One line of the command ledger. */
export const CommandEntry = Type.Object({
  commandId: Type.String({ maxLength: 64 }),
  deviceId: Id,
  compoundId: Id,
  name: Type.String({ maxLength: 64 }),
  args: Type.Record(Type.String({ maxLength: 64 }), Type.Unknown()),
  by: Type.String({ maxLength: 64 }),
  reason: Type.Optional(Type.String({ maxLength: 200 })),
  alertId: Type.Optional(Type.String({ maxLength: 64 })),
  state: CommandState,
  sentAt: Instant,
  /** After this nobody executes it any more. */
  expiresAt: Instant,
  endedAt: Type.Optional(Instant),
  code: Type.Optional(Type.String({ maxLength: 64 })),
  message: Type.Optional(Type.String({ maxLength: 300 })),
  /** What the device answered, for example `{ picture }` of a snapshot. */
  data: Type.Optional(Type.Record(Type.String({ maxLength: 64 }), Type.Unknown())),
})
export type CommandEntry = Static<typeof CommandEntry>

/** What an installer enters. `secret` and `address` are written, never read back. */
export const DeviceSetup = Type.Object({
  compoundId: Id,
  kind: Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' }),
  name: Type.String({ minLength: 1, maxLength: 60 }),
  place: Type.String({ maxLength: 60 }),
  position: Type.Optional(PlanPosition),
  /** MQTT password of the device; for a camera the password of its ONVIF user. */
  secret: Type.Optional(Type.String({ minLength: 8, maxLength: 128 })),
  /** Cameras: the device service, `http://192.168.1.20/onvif/device_service`. */
  address: Type.Optional(Type.String({ maxLength: 200 })),
  username: Type.Optional(Type.String({ maxLength: 64 })),
  /** Settings of the kind, for example `{ "direction": "in" }` of a barrier. */
  settings: Type.Optional(
    Type.Record(
      Type.String({ maxLength: 40 }),
      Type.Union([Type.String({ maxLength: 200 }), Type.Number(), Type.Boolean()]),
    ),
  ),
})
export type DeviceSetup = Static<typeof DeviceSetup>

/** Secret of a new device that was entered without one; shown this once and never again. */
const NewSecret = Type.Optional(Type.String())

const DeviceParams = Type.Object({ deviceId: Id })

export const listDevices = {
  method: 'GET',
  url: '/api/devices',
  summary: 'The devices inside your scope',
  access: 'signed-in',
  audit: 'none',
  schema: {
    querystring: Type.Object({ compoundId: Type.Optional(Id), kind: Type.Optional(Type.String({ maxLength: 40 })) }),
    response: { 200: Type.Array(Device) },
  },
} as const satisfies Endpoint

export const getDevice = {
  method: 'GET',
  url: '/api/devices/:deviceId',
  summary: 'One device with capabilities and last readings',
  access: 'signed-in',
  audit: 'none',
  schema: { params: DeviceParams, response: { 200: Device } },
} as const satisfies Endpoint

export const putDevice = {
  method: 'PUT',
  url: '/api/devices/:deviceId',
  summary: 'Add or change a device; its gateway learns of it at once. A new one without a secret gets one made',
  access: ['admin', 'installer'],
  audit: 'change',
  schema: {
    params: DeviceParams,
    body: DeviceSetup,
    response: { 200: Type.Object({ ...Device.properties, secret: NewSecret }) },
  },
} as const satisfies Endpoint

export const importDevices = {
  method: 'POST',
  url: '/api/devices/import',
  summary: 'Add many devices from CSV (id,kind,name,place,secret[,address,username,x,y,settings…]); all or none',
  access: ['admin', 'installer'],
  audit: 'change',
  schema: {
    body: Type.Object({ compoundId: Id, csv: Type.String({ minLength: 1, maxLength: 1_000_000 }) }),
    response: {
      200: Type.Object({
        imported: Type.Integer(),
        problems: Type.Array(Type.Object({ line: Type.Integer(), message: Type.String() })),
        /** Secrets of new devices that the file names without one; shown this once and never again. */
        secrets: Type.Optional(Type.Array(Type.Object({ deviceId: Id, secret: Type.String() }))),
      }),
    },
  },
} as const satisfies Endpoint

export const sendCommand = {
  method: 'POST',
  url: '/api/devices/:deviceId/commands',
  summary: 'Ask a device to do something; refused when it is offline, never queued',
  access: ['admin', 'guard', 'broadcaster', 'installer', 'property'],
  audit: 'command',
  schema: {
    params: DeviceParams,
    body: Type.Object({
      name: Type.String({ maxLength: 64 }),
      args: Type.Record(Type.String({ maxLength: 64 }), Type.Unknown()),
      reason: Type.Optional(Type.String({ maxLength: 200 })),
      alertId: Type.Optional(Type.String({ maxLength: 64 })),
    }),
    response: { 202: CommandEntry },
  },
} as const satisfies Endpoint

export const getCommand = {
  method: 'GET',
  url: '/api/commands/:commandId',
  summary: 'One line of the command ledger',
  access: 'signed-in',
  audit: 'none',
  schema: { params: Type.Object({ commandId: Type.String({ maxLength: 64 }) }), response: { 200: CommandEntry } },
} as const satisfies Endpoint

export const listDeviceCommands = {
  method: 'GET',
  url: '/api/devices/:deviceId/commands',
  summary: 'The last commands to a device, newest first',
  access: 'signed-in',
  audit: 'none',
  schema: { params: DeviceParams, response: { 200: Type.Array(CommandEntry) } },
} as const satisfies Endpoint
