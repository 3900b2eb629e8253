import { PostgresAdapter, sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { table, text, whole } from '../columns.ts'

async function createOrders(db: Kysely<unknown>) {
  await table(db, 'payment_orders', {
    columns: {
      ...{ order_id: text(), compound_id: text(), session_id: text(), provider: text(), fen: whole(), state: text() },
      ...{ created_at: whole(), expires_at: whole(), paid_at: whole('optional'), covers_until: whole() },
      ...{ refunded_fen: whole(), provider_ref: text('optional'), pay_url: text('optional'), quote_id: text() },
      ...{ taken_by: text('optional'), ask_at: whole('optional') },
    },
    key: ['order_id'],
  })
  const on = (name: string, columns: string[]) => db.schema.createIndex(name).on('payment_orders').columns(columns)
  await on('payment_orders_by_quote', ['provider', 'quote_id']).unique().execute()
  await on('payment_orders_by_session', ['session_id']).execute()
  await on('payment_orders_by_time', ['compound_id', 'created_at']).execute()
  await on('payment_orders_by_payment', ['provider', 'paid_at']).execute()
  await on('payment_orders_by_asking', ['ask_at']).execute()
}

async function createCourses(db: Kysely<unknown>) {
  await table(db, 'payment_notifications', {
    columns: { provider: text(), notification_id: text(), order_id: text(), outcome: text(), at: whole() },
    key: ['provider', 'notification_id'],
  })
  await table(db, 'payment_refunds', {
    columns: {
      ...{ refund_id: text(), order_id: text(), fen: whole(), reason: text(), state: text() },
      ...{ requested_by: text(), requested_at: whole(), done_at: whole('optional'), ask_at: whole('optional') },
    },
    key: ['refund_id'],
  })
  await db.schema.createIndex('payment_refunds_by_order').on('payment_refunds').columns(['order_id']).execute()
  await db.schema.createIndex('payment_refunds_by_asking').on('payment_refunds').columns(['ask_at']).execute()
  await table(db, 'lane_tokens', { columns: { lane_id: text(), version: whole() }, key: ['lane_id'] })
  await table(db, 'sandbox_payments', {
    columns: {
      ...{ order_id: text(), fen: whole(), attach: text(), state: text(), expires_at: whole() },
      ...{ paid_at: whole('optional'), notices: text(), notify_at: whole('optional') },
    },
    key: ['order_id'],
  })
  await table(db, 'sandbox_refunds', {
    columns: { refund_id: text(), order_id: text(), fen: whole(), at: whole() },
    key: ['refund_id'],
  })
}

const refusal = sql.lit('ledger entries are never changed or removed')

/** `insert or replace` removes without asking the delete trigger, so an entry may not come twice either. */
async function protectSqlite(db: Kysely<unknown>) {
  await sql`create trigger ledger_entries_no_update before update on ledger_entries
    begin select raise(abort, ${refusal}); end`.execute(db)
  await sql`create trigger ledger_entries_no_delete before delete on ledger_entries
    begin select raise(abort, ${refusal}); end`.execute(db)
  await sql`create trigger ledger_entries_no_replace before insert on ledger_entries
    when exists (select 1 from ledger_entries where entry_id = new.entry_id)
    begin select raise(ignore); end`.execute(db)
}

async function protectPostgres(db: Kysely<unknown>) {
  await sql`create function ledger_entries_refuse() returns trigger language plpgsql as
    'begin raise exception ''ledger entries are never changed or removed''; end'`.execute(db)
  await sql`create trigger ledger_entries_keep before update or delete or truncate on ledger_entries
    for each statement execute function ledger_entries_refuse()`.execute(db)
}

async function createLedger(db: Kysely<unknown>) {
  await table(db, 'ledger_entries', {
    columns: {
      ...{ entry_id: text(), compound_id: text(), booking: text(), at: whole(), kind: text() },
      ...{ session_id: text('optional'), payment_id: text('optional'), tariff_version: whole('optional') },
      lines: text(),
    },
    key: ['entry_id'],
  })
  const on = (name: string, columns: string[]) => db.schema.createIndex(name).on('ledger_entries').columns(columns)
  await on('ledger_entries_by_booking', ['compound_id', 'booking']).execute()
  await on('ledger_entries_by_time', ['compound_id', 'at']).execute()
  await on('ledger_entries_by_session', ['session_id']).execute()
  await table(db, 'revenue_shares', {
    columns: { compound_id: text(), version: whole(), valid_from: whole(), shares: text() },
    key: ['compound_id', 'version'],
  })
  await (db.getExecutor().adapter instanceof PostgresAdapter ? protectPostgres(db) : protectSqlite(db))
}

/** Orders, refunds, the books, agreed shares. */
export const payments: Migration = {
  async up(db) {
    for (const create of [createOrders, createCourses, createLedger]) await create(db)
  },
}
