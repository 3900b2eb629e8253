import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { GatewayCertificate } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import type { EnrolmentCodeRow, GatewayCertificateRow, Tables } from '../../database/tables.ts'
import { present } from '../../database/values.ts'

const root = 'root'

export const findAuthority = (db: Database) =>
  db.selectFrom('certificate_authorities').selectAll().where('id', '=', root).executeTakeFirst()

/** Keeps the first one: whoever comes second uses that. */
export const keepAuthority = (
  db: Database,
  authority: { readonly certificate: string; readonly sealedKey: string; readonly createdAt: number },
) =>
  db
    .insertInto('certificate_authorities')
    .values({
      id: root,
      certificate: authority.certificate,
      sealed_key: authority.sealedKey,
      created_at: authority.createdAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()

export async function replaceCode(db: Database, code: EnrolmentCodeRow): Promise<void> {
  await db.deleteFrom('enrolment_codes').where('gateway_id', '=', code.gateway_id).execute()
  await db.insertInto('enrolment_codes').values(code).execute()
}

export const findCode = (db: Database, id: string) =>
  db.selectFrom('enrolment_codes').selectAll().where('id', '=', id).executeTakeFirst()

export const countFailure = (db: Database, id: string) =>
  db
    .updateTable('enrolment_codes')
    .set(({ eb }) => ({ failures: eb('failures', '+', 1) }))
    .where('id', '=', id)
    .execute()

/** Answers whether the code was still there: of two who use it at once one gets it. */
export const takeCode = async (db: Database, id: string): Promise<boolean> =>
  (await db.deleteFrom('enrolment_codes').where('id', '=', id).executeTakeFirst()).numDeletedRows > 0n

export const forgetCodes = (db: Database, now: number) =>
  db.deleteFrom('enrolment_codes').where('expires_at', '<=', now).execute()

type NewCertificate = Pick<GatewayCertificateRow, 'serial' | 'gateway_id' | 'issued_by' | 'issued_at' | 'expires_at'>

export const insertCertificate = (db: Database, certificate: NewCertificate) =>
  db.insertInto('gateway_certificates').values(certificate).execute()

const counts =
  (now: number) =>
  (eb: ExpressionBuilder<Tables, 'gateway_certificates'>): Expression<SqlBool> =>
    eb.and([eb('revoked_at', 'is', null), eb('superseded_at', 'is', null), eb('expires_at', '>', now)])

export const findCertificate = (db: Database, gatewayId: string, serial: string) =>
  db
    .selectFrom('gateway_certificates')
    .selectAll()
    .where('serial', '=', serial)
    .where('gateway_id', '=', gatewayId)
    .executeTakeFirst()

export const listCertificates = (db: Database, gatewayId: string) =>
  db
    .selectFrom('gateway_certificates')
    .selectAll()
    .where('gateway_id', '=', gatewayId)
    .orderBy('issued_at', 'desc')
    .limit(100)
    .execute()

/** What the gateway may sign in with now, newest first. */
export const listValid = (db: Database, gatewayId: string, now: number) =>
  db
    .selectFrom('gateway_certificates')
    .selectAll()
    .where('gateway_id', '=', gatewayId)
    .where(counts(now))
    .orderBy('issued_at', 'desc')
    .execute()

/** Of every gateway what it may sign in with and what ran out last, newest first. */
export const listUnrevoked = (db: Database) =>
  db
    .selectFrom('gateway_certificates')
    .innerJoin('gateways', 'gateways.id', 'gateway_certificates.gateway_id')
    .select(['serial', 'gateway_id', 'compound_id', 'issued_at', 'expires_at'])
    .where('revoked_at', 'is', null)
    .where('superseded_at', 'is', null)
    .orderBy('issued_at', 'desc')
    .execute()

/** A newer one is in use: what came before it no longer counts. */
export const supersede = (db: Database, { gateway_id, issued_at }: GatewayCertificateRow, now: number) =>
  db
    .updateTable('gateway_certificates')
    .set({ superseded_at: now })
    .where('gateway_id', '=', gateway_id)
    .where('issued_at', '<', issued_at)
    .where(counts(now))
    .execute()

/** What was obtained with this one, which is still in use. */
export const supersedeUnused = (db: Database, { gateway_id, issued_at }: GatewayCertificateRow, now: number) =>
  db
    .updateTable('gateway_certificates')
    .set({ superseded_at: now })
    .where('gateway_id', '=', gateway_id)
    .where('issued_at', '>', issued_at)
    .where(counts(now))
    .execute()

/** One certificate and whatever was obtained with it since. */
export const revokeSince = (
  db: Database,
  { gateway_id, issued_at }: Pick<GatewayCertificateRow, 'gateway_id' | 'issued_at'>,
  revocation: { readonly at: number; readonly by: string; readonly reason: string },
) =>
  db
    .updateTable('gateway_certificates')
    .set({ revoked_at: revocation.at, revoked_by: revocation.by, reason: revocation.reason })
    .where('gateway_id', '=', gateway_id)
    .where('issued_at', '>=', issued_at)
    .where('revoked_at', 'is', null)
    .execute()

/** What a broker that knows only certificates must refuse. */
export const listRefused = (db: Database, now: number) =>
  db
    .selectFrom('gateway_certificates')
    .selectAll()
    .where('expires_at', '>', now)
    .where((eb) => eb.or([eb('revoked_at', 'is not', null), eb('superseded_at', 'is not', null)]))
    .execute()

function stateOf(row: GatewayCertificateRow, now: number): GatewayCertificate['state'] {
  if (row.revoked_at !== null) return 'revoked'
  if (row.superseded_at !== null) return 'superseded'
  return row.expires_at <= now ? 'expired' : 'valid'
}

export const toCertificate = (row: GatewayCertificateRow, now: number): GatewayCertificate => ({
  serial: row.serial,
  gatewayId: row.gateway_id,
  state: stateOf(row, now),
  issuedBy: row.issued_by as GatewayCertificate['issuedBy'],
  issuedAt: row.issued_at,
  expiresAt: row.expires_at,
  ...present({ revokedAt: row.revoked_at, revokedBy: row.revoked_by, reason: row.reason }),
})
