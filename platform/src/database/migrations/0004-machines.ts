import type { Migration } from 'kysely/migration'
import { table, text, whole } from '../columns.ts'

/** The platform's certificate authority, what it issued to gateways, and how they ask for it. */
export const machines: Migration = {
  async up(db) {
    await table(db, 'certificate_authorities', {
      columns: { id: text(), certificate: text(), sealed_key: text(), created_at: whole() },
      key: ['id'],
    })
    await table(db, 'gateway_certificates', {
      columns: {
        serial: text(),
        gateway_id: text(),
        issued_by: text(),
        issued_at: whole(),
        expires_at: whole(),
        superseded_at: whole('optional'),
        revoked_at: whole('optional'),
        revoked_by: text('optional'),
        reason: text('optional'),
      },
      key: ['serial'],
    })
    await db.schema
      .createIndex('gateway_certificates_by_gateway')
      .on('gateway_certificates')
      .column('gateway_id')
      .execute()
    await table(db, 'enrolment_codes', {
      columns: {
        id: text(),
        gateway_id: text(),
        sealed_key: text(),
        created_by: text(),
        expires_at: whole(),
        failures: whole(),
      },
      key: ['id'],
    })
    await db.schema.createIndex('enrolment_codes_by_gateway').on('enrolment_codes').column('gateway_id').execute()
    // From its first certificate on, a gateway's secret no longer counts.
    await db.schema.alterTable('gateways').addColumn('enrolled_at', 'bigint').execute()
    // Tokens issued before this moment are void.
    await db.schema.alterTable('gateways').addColumn('tokens_from', 'bigint').execute()
  },
}
