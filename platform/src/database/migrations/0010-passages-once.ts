import type { Migration } from 'kysely/migration'

/**
 * A gateway that goes on from an older state tells of reads again under other numbers. The event id of the device says
 * that they are the same; several decisions about one read differ in their time. Passages from before have no event id.
 */
export const passagesOnce: Migration = {
  async up(db) {
    await db.schema.alterTable('passages').addColumn('event_id', 'text').execute()
    await db.schema
      .createIndex('passages_once')
      .unique()
      .on('passages')
      .columns(['compound_id', 'device_id', 'event_id', 'at'])
      .execute()
  },
}
