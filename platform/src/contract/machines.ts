import { Type, type Static } from 'typebox'
import type { Endpoint } from './endpoint.ts'
import { Id, Instant } from './primitives.ts'

/** Serial number of a certificate: 128 bits in lower-case hex. */
export const CertificateSerial = Type.String({ pattern: '^[0-9a-f]{32}$' })
export type CertificateSerial = Static<typeof CertificateSerial>

/** One certificate of a gateway. The private key never leaves the gateway. */
export const GatewayCertificate = Type.Object({
  serial: CertificateSerial,
  gatewayId: Id,
  /** `superseded`: the gateway has used a newer one since. */
  state: Type.Enum(['valid', 'expired', 'revoked', 'superseded']),
  issuedBy: Type.Enum(['enrolment', 'renewal']),
  issuedAt: Instant,
  expiresAt: Instant,
  revokedAt: Type.Optional(Instant),
  revokedBy: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
})
export type GatewayCertificate = Static<typeof GatewayCertificate>

/** Groups of four letters and digits: what proves the right to enrol, and how to know the platform. */
export const enrolmentCodePattern = '^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){7}$'
export const EnrolmentCode = Type.Object({
  /** Shown once; only what checks it is kept. */
  code: Type.String({ pattern: enrolmentCodePattern }),
  expiresAt: Instant,
})
export type EnrolmentCode = Static<typeof EnrolmentCode>

const hex = (bytes: number) => Type.String({ pattern: `^[0-9a-f]{${bytes * 2}}$` })
const Pem = Type.String({ minLength: 1, maxLength: 8192 })

/** A gateway asks for its first certificate. Nothing in it helps somebody who listens. */
export const EnrolmentRequest = Type.Object({
  /** Names the code without telling it. */
  codeId: hex(16),
  /** PKCS#10. */
  csr: Pem,
  /** HMAC-SHA-256 of `csr`, keyed from the code. */
  mac: hex(32),
})
export type EnrolmentRequest = Static<typeof EnrolmentRequest>

/** What `payload` of the answer holds as JSON. */
export const EnrolmentGrant = Type.Object({
  gatewayId: Id,
  certificate: Pem,
  /** Certificate of the platform's authority; its fingerprint must be the one in the code. */
  ca: Pem,
  /** Where the uplink is; without it on the host that answered, at `uplinkPort`. */
  uplinkUrl: Type.Optional(Type.String({ maxLength: 300, pattern: '^mqtts://' })),
  uplinkPort: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
})
export type EnrolmentGrant = Static<typeof EnrolmentGrant>

export const EnrolmentAnswer = Type.Object({
  payload: Type.String({ maxLength: 32_768 }),
  /** HMAC-SHA-256 of the request's `mac` and `payload`, keyed from the code: who does not know it cannot answer. */
  mac: hex(32),
})
export type EnrolmentAnswer = Static<typeof EnrolmentAnswer>

const GatewayParams = Type.Object({ gatewayId: Id })
const Text = Type.String({ description: 'Text of the file itself' })

export const createEnrolmentCode = {
  method: 'POST',
  url: '/api/gateways/:gatewayId/enrolment-codes',
  summary: 'A code with which the gateway fetches its certificate: once, within 15 minutes. It ends earlier codes',
  access: ['admin', 'installer'],
  audit: 'change',
  schema: { params: GatewayParams, response: { 201: EnrolmentCode } },
} as const satisfies Endpoint

export const enrolGateway = {
  method: 'POST',
  url: '/api/enrolments',
  summary: 'A gateway fetches its first certificate with an enrolment code',
  access: 'public',
  audit: 'change',
  schema: { body: EnrolmentRequest, response: { 200: EnrolmentAnswer } },
} as const satisfies Endpoint

export const listCertificates = {
  method: 'GET',
  url: '/api/gateways/:gatewayId/certificates',
  summary: 'The certificates of a gateway, newest first; none for a gateway that signs in with a secret',
  access: ['admin', 'supervisor', 'installer'],
  audit: 'none',
  schema: { params: GatewayParams, response: { 200: Type.Array(GatewayCertificate) } },
} as const satisfies Endpoint

export const revokeCertificate = {
  method: 'POST',
  url: '/api/gateways/:gatewayId/certificates/:serial/revoke',
  summary: 'Shut out whoever holds this certificate, at once and for good',
  access: ['admin', 'installer'],
  audit: 'change',
  schema: {
    params: Type.Object({ gatewayId: Id, serial: CertificateSerial }),
    body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 200 }) }),
    response: { 200: GatewayCertificate },
  },
} as const satisfies Endpoint

export const getAuthority = {
  method: 'GET',
  url: '/api/ca/certificate',
  summary: "Certificate of the platform's own authority (PEM)",
  access: 'public',
  audit: 'none',
  schema: { response: { 200: Text } },
} as const satisfies Endpoint

export const getRevocationList = {
  method: 'GET',
  url: '/api/ca/crl',
  summary: 'Revoked certificates, signed by the authority (X.509 CRL, PEM), for a broker of your own',
  access: 'public',
  audit: 'none',
  schema: { response: { 200: Text } },
} as const satisfies Endpoint
