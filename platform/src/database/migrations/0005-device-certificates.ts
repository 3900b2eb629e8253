import type { Migration } from 'kysely/migration'
import { table, text, whole } from '../columns.ts'

/** Client certificates of devices. The keys are not kept anywhere. */
export const deviceCertificates: Migration = {
  async up(db) {
    await table(db, 'device_certificates', {
      columns: {
        serial: text(),
        device_id: text(),
        compound_id: text(),
        issued_by: text(),
        issued_at: whole(),
        expires_at: whole(),
        revoked_at: whole('optional'),
        revoked_by: text('optional'),
        reason: text('optional'),
      },
      key: ['serial'],
    })
    await db.schema.createIndex('device_certificates_by_device').on('device_certificates').column('device_id').execute()
    await db.schema
      .createIndex('device_certificates_by_compound')
      .on('device_certificates')
      .column('compound_id')
      .execute()
  },
}
