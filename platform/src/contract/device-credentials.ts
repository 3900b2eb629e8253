import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { CertificateSerial } from './machines.ts'
import { Id, Instant } from './primitives.ts'

/** A client certificate with which a device signs in at its gateway instead of with its secret. */
export const DeviceCertificate = Type.Object({
  serial: CertificateSerial,
  deviceId: Id,
  state: Type.Enum(['valid', 'expired', 'revoked']),
  issuedBy: Type.String({ maxLength: 64 }),
  issuedAt: Instant,
  expiresAt: Instant,
  revokedBy: Type.Optional(Type.String()),
  revokedAt: Type.Optional(Instant),
  reason: Type.Optional(Type.String()),
})
export type DeviceCertificate = Static<typeof DeviceCertificate>

/** A secret that the platform has made; it is shown this once and kept as a hash only. */
export const MadeSecret = Type.Object({ deviceId: Id, secret: Type.String() })
export type MadeSecret = Static<typeof MadeSecret>

/** As long as nobody can be expected to come back to the device sooner. */
export const certificateDays = { usual: 730, most: 1826 } as const

const DeviceParams = Type.Object({ deviceId: Id })
const Pem = Type.String({ description: 'PEM' })

export const renewDeviceSecret = {
  method: 'POST',
  url: '/api/devices/:deviceId/secret',
  summary: 'Make a new secret for a device; the old one ends at once, the answer is the only place that shows the new',
  access: ['admin', 'installer'],
  audit: 'change',
  schema: {
    params: DeviceParams,
    body: Type.Object({
      /** `typeable` is shorter, for a device with a keypad. */
      form: Type.Optional(Type.Enum(['long', 'typeable'], { default: 'long' })),
    }),
    response: { 200: MadeSecret },
  },
} as const satisfies Endpoint

export const listDeviceCertificates = {
  method: 'GET',
  url: '/api/devices/:deviceId/certificates',
  summary: 'The certificates of a device, newest first',
  access: ['admin', 'supervisor', 'installer'],
  audit: 'none',
  schema: { params: DeviceParams, response: { 200: Type.Array(DeviceCertificate) } },
} as const satisfies Endpoint

export const issueDeviceCertificate = {
  method: 'POST',
  url: '/api/devices/:deviceId/certificates',
  summary: 'Certify the key of a device; without a request also make the key, which this answer alone carries',
  access: ['admin', 'installer'],
  audit: 'change',
  schema: {
    params: DeviceParams,
    body: Type.Object({
      /** PKCS#10: the key then never leaves the device. */
      csr: Type.Optional(Type.String({ minLength: 1, maxLength: 8192 })),
      days: Type.Optional(Type.Integer({ minimum: 1, maximum: certificateDays.most, default: certificateDays.usual })),
    }),
    response: {
      201: Type.Object({
        certificate: DeviceCertificate,
        pem: Pem,
        /** Certificate of the authority, by which the device knows its gateway. */
        ca: Pem,
        /** PKCS#8, unless the device has made its key itself. */
        key: Type.Optional(Pem),
      }),
    },
  },
} as const satisfies Endpoint

export const revokeDeviceCertificate = {
  method: 'POST',
  url: '/api/devices/:deviceId/certificates/:serial/revoke',
  summary: 'Shut out whoever holds this certificate; the gateway ends the connection at once',
  access: ['admin', 'installer'],
  audit: 'change',
  schema: {
    params: Type.Object({ deviceId: Id, serial: CertificateSerial }),
    body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 200 }) }),
    response: { 200: DeviceCertificate },
  },
} as const satisfies Endpoint
