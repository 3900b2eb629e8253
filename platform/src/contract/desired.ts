import { Type, type Static } from 'typebox'
import { Person } from './access.ts'
import { Permit } from './parking.ts'
import { ParkingRules } from './parking-rules.ts'
import { Id, Instant } from './primitives.ts'

/** A client certificate: its serial number (up to 40 digits) or the SHA-256 of the whole certificate (64 digits). */
export const CertificateMark = Type.String({ pattern: '^([0-9a-f]{1,40}|[0-9a-f]{64})$' })

/** One device as its gateway must know it. */
export const DesiredDevice = Type.Object({
  deviceId: Id,
  kind: Type.String({ maxLength: 40 }),
  name: Type.String({ maxLength: 60 }),
  place: Type.String({ maxLength: 60 }),
  /** Plain secret: cameras (we must present it), and files for a gateway that runs alone. */
  secret: Type.Optional(Type.String({ maxLength: 128 })),
  /** `sha256:<salt hex>:<hex of SHA-256 over salt bytes and secret>` of a device that signs in with MQTT. */
  secretHash: Type.Optional(Type.String({ pattern: '^sha256:[0-9a-f]{32}:[0-9a-f]{64}$' })),
  /** Client certificates that it may sign in with instead of a secret. What is taken off the list is out at once. */
  certificates: Type.Optional(Type.Array(CertificateMark, { maxItems: 8 })),
  address: Type.Optional(Type.String({ maxLength: 200 })),
  username: Type.Optional(Type.String({ maxLength: 64 })),
  settings: Type.Record(
    Type.String({ maxLength: 40 }),
    Type.Union([Type.String({ maxLength: 200 }), Type.Number(), Type.Boolean()]),
  ),
})
export type DesiredDevice = Static<typeof DesiredDevice>

/** Something that was paid, or let off, for one stay. */
export const ParkingCredit = Type.Object({
  creditId: Type.String({ minLength: 1, maxLength: 128 }),
  sessionId: Type.String({ minLength: 1, maxLength: 128 }),
  kind: Type.Enum(['payment', 'waiver']),
  fen: Type.Integer({ minimum: 0 }),
  at: Instant,
  /** The stay is paid up to here; the grace to leave begins at `at`. */
  coversUntil: Type.Optional(Instant),
})
export type ParkingCredit = Static<typeof ParkingCredit>

/** What the platform wants of a gateway, per area. The gateway decides from its stored copy, for weeks if need be. */
export const desiredAreas = {
  devices: Type.Object({
    devices: Type.Array(DesiredDevice, { maxItems: 20_000 }),
    /**
     * PEM of the authority that signs the certificates of devices; needed only where some device has one.
     * In a file for a gateway that runs alone also the name of a PEM file beside it.
     */
    ca: Type.Optional(Type.String({ minLength: 1, maxLength: 32_768 })),
  }),
  parking: Type.Object({
    permits: Type.Array(Permit, { maxItems: 1_000_000 }),
    /** Without them the lot is free of charge and open to permits only. */
    rules: Type.Optional(ParkingRules),
  }),
  /** What was paid or waived for stays that have not ended, as far as the centre knows. */
  payments: Type.Object({ credits: Type.Array(ParkingCredit, { maxItems: 100_000 }) }),
  access: Type.Object({ people: Type.Array(Person, { maxItems: 100_000 }) }),
} as const
export type DesiredArea = keyof typeof desiredAreas
export type DesiredBody<A extends DesiredArea> = Static<(typeof desiredAreas)[A]>

/** The file behind `GATEHOUSE_DESIRED`: a gateway without a centre. */
export const DesiredFile = Type.Partial(Type.Object(desiredAreas))
export type DesiredFile = Static<typeof DesiredFile>
