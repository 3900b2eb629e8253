import type { DeviceCertificate } from '../../contract/index.ts'
import type { DeviceCertificateRow } from '../../database/credential-tables.ts'
import type { Database } from '../../database/database.ts'
import { present } from '../../database/values.ts'

export const insertCertificate = (db: Database, row: Omit<DeviceCertificateRow, `revoked_${string}` | 'reason'>) =>
  db.insertInto('device_certificates').values(row).execute()

export const listCertificates = (db: Database, deviceId: string) =>
  db
    .selectFrom('device_certificates')
    .selectAll()
    .where('device_id', '=', deviceId)
    .orderBy('issued_at', 'desc')
    .orderBy('serial')
    .execute()

export const findCertificate = (db: Database, deviceId: string, serial: string) =>
  db
    .selectFrom('device_certificates')
    .selectAll()
    .where('device_id', '=', deviceId)
    .where('serial', '=', serial)
    .executeTakeFirst()

/** What is neither revoked nor expired, of one device or of all in a compound. */
export async function listValid(
  db: Database,
  { now, ...of }: ({ readonly deviceId: string } | { readonly compoundId: string }) & { readonly now: number },
) {
  const valid = db
    .selectFrom('device_certificates')
    .select(['device_id', 'serial'])
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
  const chosen =
    'deviceId' in of ? valid.where('device_id', '=', of.deviceId) : valid.where('compound_id', '=', of.compoundId)
  return chosen.orderBy('serial').execute()
}

export const revoke = (
  db: Database,
  serial: string,
  { at, by, reason }: { readonly at: number; readonly by: string; readonly reason: string },
) =>
  db
    .updateTable('device_certificates')
    .set({ revoked_at: at, revoked_by: by, reason })
    .where('serial', '=', serial)
    .where('revoked_at', 'is', null)
    .execute()

export const toCertificate = (row: DeviceCertificateRow, now: number): DeviceCertificate => ({
  serial: row.serial,
  deviceId: row.device_id,
  state: row.revoked_at !== null ? 'revoked' : row.expires_at <= now ? 'expired' : 'valid',
  issuedBy: row.issued_by,
  issuedAt: row.issued_at,
  expiresAt: row.expires_at,
  ...present({ revokedAt: row.revoked_at, revokedBy: row.revoked_by, reason: row.reason }),
})
