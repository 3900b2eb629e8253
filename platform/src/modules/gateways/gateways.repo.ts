import type { Gateway, Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import type { GatewayRow } from '../../database/tables.ts'
import { present } from '../../database/values.ts'

export const toGateway = (row: GatewayRow): Gateway => ({
  id: row.id,
  compoundId: row.compound_id,
  online: row.online === 1,
  lastSeq: row.last_seq,
  backlog: row.backlog,
  ...present({
    lastSeenAt: row.last_seen_at,
    clockOffsetMs: row.clock_offset_ms,
    version: row.version,
    enrolledAt: row.enrolled_at,
  }),
})

export async function listGateways(db: Database, scope: Scope): Promise<Gateway[]> {
  const rows = await db
    .selectFrom('gateways')
    .selectAll()
    .where('compound_id', 'in', compoundsWithin(scope))
    .orderBy('id')
    .execute()
  return rows.map(toGateway)
}

export const findGateway = (db: Database, gatewayId: string) =>
  db.selectFrom('gateways').selectAll().where('id', '=', gatewayId).executeTakeFirst()

export const findGatewayOfCompound = (db: Database, compoundId: string) =>
  db.selectFrom('gateways').selectAll().where('compound_id', '=', compoundId).executeTakeFirst()

export const insertGateway = (
  db: Database,
  gateway: { readonly id: string; readonly compoundId: string; readonly secretHash: string },
) =>
  db
    .insertInto('gateways')
    .values({
      id: gateway.id,
      compound_id: gateway.compoundId,
      secret_hash: gateway.secretHash,
      online: 0,
      epoch: 1,
      epoch_start: 0,
      last_seq: 0,
      backlog: 0,
    })
    .returningAll()
    .executeTakeFirstOrThrow()

/** Changes one gateway and answers the row as it is then. */
export const updateGateway = (db: Database, gatewayId: string, values: Partial<Omit<GatewayRow, 'id'>>) =>
  db.updateTable('gateways').set(values).where('id', '=', gatewayId).returningAll().executeTakeFirst()

/** Records that mean the same in the new epoch: those of the live lane that went ahead of the others. */
export const carryRecords = (
  db: Database,
  records: { readonly gatewayId: string; readonly epoch: number; readonly above: number; readonly until: number },
) =>
  db
    .updateTable('area_events')
    .set({ epoch: records.epoch + 1 })
    .where('gateway_id', '=', records.gatewayId)
    .where('epoch', '=', records.epoch)
    .where('seq', '>', records.above)
    .where('seq', '<=', records.until)
    .execute()

/** The highest number of the present epoch that is stored, also above a gap. */
export async function highestSeq(db: Database, { id, epoch, last_seq }: GatewayRow): Promise<number> {
  const row = await db
    .selectFrom('area_events')
    .select(({ fn }) => fn.max('seq').as('seq'))
    .where('gateway_id', '=', id)
    .where('epoch', '=', epoch)
    .executeTakeFirst()
  return Math.max(last_seq, row?.seq ?? 0)
}

/** Words for a row lock that SQLite knows, too. */
export const lockGateway = (db: Database, gatewayId: string) =>
  db
    .updateTable('gateways')
    .set((eb) => ({ id: eb.ref('id') }))
    .where('id', '=', gatewayId)
    .execute()

/** After a start nobody is connected until it says hello. */
export const markAllOffline = (db: Database, now: number) =>
  db
    .updateTable('gateways')
    .set({ online: 0, online_changed_at: now, outage_from: now })
    .where('online', '=', 1)
    .execute()

/** Gateways that have been away since before `since`. */
export const listAbsent = (db: Database, since: number) =>
  db.selectFrom('gateways').selectAll().where('online', '=', 0).where('online_changed_at', '<=', since).execute()
