import type { AreaEventRow } from '../../database/tables.ts'
import type { Database } from '../../database/database.ts'

/** SQLite takes 32,766 parameters in one statement. */
const rowsPerInsert = 500

/** Writes what is not there yet; answers the numbers that were new. */
export async function insertNew(db: Database, rows: readonly AreaEventRow[]): Promise<Set<number>> {
  const added = new Set<number>()
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    const inserted = await db
      .insertInto('area_events')
      .values(rows.slice(start, start + rowsPerInsert))
      .onConflict((conflict) => conflict.columns(['gateway_id', 'epoch', 'seq']).doNothing())
      .returning('seq')
      .execute()
    for (const { seq } of inserted) added.add(seq)
  }
  return added
}

/**
 * Takes the gateway's row for this transaction, so that its two lanes are stored one after the other.
 * The write comes first because SQLite has no `for update`.
 */
export const holdGateway = (db: Database, gatewayId: string, now: number) =>
  db
    .updateTable('gateways')
    .set({ last_seen_at: now })
    .where('id', '=', gatewayId)
    .returning(['compound_id', 'epoch', 'last_seq'])
    .executeTakeFirst()

export const setLastSeq = (db: Database, gatewayId: string, lastSeq: number) =>
  db.updateTable('gateways').set({ last_seq: lastSeq }).where('id', '=', gatewayId).execute()

const pageSize = 1000

/** The highest number that can be reached from `from` without a gap. */
export async function contiguousFrom(
  db: Database,
  { gatewayId, epoch, from }: { readonly gatewayId: string; readonly epoch: number; readonly from: number },
): Promise<number> {
  let last = from
  for (;;) {
    const page = await db
      .selectFrom('area_events')
      .select('seq')
      .where('gateway_id', '=', gatewayId)
      .where('epoch', '=', epoch)
      .where('seq', '>', last)
      .orderBy('seq')
      .limit(pageSize)
      .execute()
    const gap = page.findIndex(({ seq }, index) => seq !== last + 1 + index)
    const reached = gap === -1 ? page.length : gap
    last += reached
    if (reached < pageSize) return last
  }
}
