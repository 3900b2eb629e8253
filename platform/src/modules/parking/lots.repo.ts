import type { Database } from '../../database/database.ts'

/** Lanes of a compound before which cars wait. */
export async function queuesOf(db: Database, compoundId: string) {
  const rows = await db
    .selectFrom('parking_lanes')
    .select(['lane_id', 'queue_since', 'queue_cars'])
    .where('compound_id', '=', compoundId)
    .where('queue_since', 'is not', null)
    .execute()
  return new Map(rows.map((row) => [row.lane_id, { since: row.queue_since ?? 0, cars: row.queue_cars }]))
}
