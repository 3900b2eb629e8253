import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { table, text, whole } from '../columns.ts'

async function widenPermits(db: Kysely<unknown>) {
  await db.schema.alterTable('parking_rules').addColumn('monthly', 'text').execute()
  for (const name of ['lapse_from', 'lapse_to'])
    await db.schema.alterTable('permits').addColumn(name, 'bigint').execute()
}

/** What was paid so far was for stays. */
async function widenOrders(db: Kysely<unknown>) {
  await db.schema
    .alterTable('payment_orders')
    .addColumn('kind', 'text', (column) => column.notNull().defaultTo(sql.lit('stay')))
    .execute()
  for (const [name, type] of [
    ['plate', 'text'] as const,
    ['months', 'bigint'] as const,
    ['renewed_until', 'bigint'] as const,
    ['attach', 'text'] as const,
  ])
    await db.schema.alterTable('payment_orders').addColumn(name, type).execute()
}

/** Monthly permits that were renewed by paying for them. */
export const renewals: Migration = {
  async up(db) {
    await widenPermits(db)
    await widenOrders(db)
    await table(db, 'permit_renewals', {
      columns: {
        ...{ order_id: text(), compound_id: text(), plate: text(), months: whole() },
        ...{ before_until: whole(), valid_until: whole(), at: whole() },
      },
      key: ['order_id'],
    })
    await db.schema
      .createIndex('permit_renewals_by_plate')
      .on('permit_renewals')
      .columns(['compound_id', 'plate'])
      .execute()
  },
}
