import type { Migration } from 'kysely/migration'

/** Which outbox a gateway speaks from, and with which number its present epoch begins. */
export const outbox: Migration = {
  async up(db) {
    await db.schema.alterTable('gateways').addColumn('outbox_id', 'text').execute()
    await db.schema
      .alterTable('gateways')
      .addColumn('epoch_start', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
  },
}
