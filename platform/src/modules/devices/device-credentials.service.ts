import {
  certificateDays,
  type DeviceCertificate,
  type InputOf,
  type issueDeviceCertificate,
  type MadeSecret,
  type OutputOf,
} from '../../contract/index.ts'
import type { Caller, CertificateAuthority, Clock } from '../../core/ports.ts'
import { hashSecret } from '../../core/secrets.ts'
import type { Database } from '../../database/database.ts'
import { certificateNotFound, secretOfCamera, tooManyCertificates } from '../../errors.ts'
import type { DesiredService } from '../gateways/desired.service.ts'
import * as certificates from './device-certificates.repo.ts'
import { newDeviceSecret } from './device-secret.ts'
import type { DevicesService } from './devices.service.ts'
import * as repo from './devices.repo.ts'

export interface DeviceCredentialsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly devices: Pick<DevicesService, 'get'>
  readonly desired: Pick<DesiredService, 'change'>
  readonly authority: CertificateAuthority
}

type Wish = InputOf<typeof issueDeviceCertificate>['body']
type Issued = OutputOf<typeof issueDeviceCertificate>

const dayMs = 86_400_000
/** One in use and one for the change; what gateways take, and what people can keep in view. */
const mostValid = 8

/** What devices sign in with at their gateway: secrets and certificates, made here and never shown again. */
export function createDeviceCredentialsService(ports: DeviceCredentialsPorts) {
  const { db, clock, devices, desired, authority } = ports

  async function certify(deviceId: string, { csr, days = certificateDays.usual }: Wish) {
    const request = { commonName: deviceId, validMs: days * dayMs, usages: ['client'] as const }
    if (csr !== undefined) return { ...(await authority.sign(csr, request)), key: undefined }
    const { keyPem: key, ...issued } = await authority.issue(request)
    return { ...issued, key }
  }

  return {
    async renewSecret(caller: Caller, deviceId: string, form: 'long' | 'typeable' = 'long'): Promise<MadeSecret> {
      const { compoundId } = await devices.get(caller, deviceId)
      const row = await repo.findRow(db, deviceId)
      if (!row || row.address !== null) throw secretOfCamera(deviceId)
      const secret = newDeviceSecret(form)
      await desired.change(compoundId, 'devices', (tx) => repo.saveSecretHash(tx, deviceId, hashSecret(secret)))
      return { deviceId, secret }
    },

    async list(caller: Caller, deviceId: string): Promise<DeviceCertificate[]> {
      await devices.get(caller, deviceId)
      const rows = await certificates.listCertificates(db, deviceId)
      return rows.map((row) => certificates.toCertificate(row, clock.now()))
    },

    async issue(caller: Caller, deviceId: string, wish: Wish): Promise<Issued> {
      const { compoundId } = await devices.get(caller, deviceId)
      const row = await repo.findRow(db, deviceId)
      if (!row || row.address !== null) throw secretOfCamera(deviceId)
      const now = clock.now()
      const valid = await certificates.listValid(db, { deviceId, now })
      if (valid.length >= mostValid) throw tooManyCertificates(mostValid)
      const { serial, notAfter, pem, key } = await certify(deviceId, wish)
      const issued = { issued_by: caller.username, issued_at: now, expires_at: notAfter }
      const entry = { serial, device_id: deviceId, compound_id: compoundId, ...issued }
      await desired.change(compoundId, 'devices', (tx) => certificates.insertCertificate(tx, entry))
      const none = { revoked_at: null, revoked_by: null, reason: null }
      const certificate = certificates.toCertificate({ ...entry, ...none }, now)
      return { certificate, pem, ca: authority.caPem(), ...(key !== undefined && { key }) }
    },

    async revoke(
      caller: Caller,
      { deviceId, serial, reason }: { readonly deviceId: string; readonly serial: string; readonly reason: string },
    ): Promise<DeviceCertificate> {
      const { compoundId } = await devices.get(caller, deviceId)
      const before = await certificates.findCertificate(db, deviceId, serial)
      if (!before) throw certificateNotFound(serial)
      const at = clock.now()
      const change = { at, by: caller.username, reason }
      await desired.change(compoundId, 'devices', (tx) => certificates.revoke(tx, serial, change))
      return certificates.toCertificate((await certificates.findCertificate(db, deviceId, serial)) ?? before, at)
    },
  }
}

export type DeviceCredentialsService = ReturnType<typeof createDeviceCredentialsService>
