import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { table, text, whole } from '../columns.ts'

const index = (db: Kysely<unknown>, name: string, on: { readonly table: string; readonly columns: string[] }) =>
  db.schema.createIndex(name).on(on.table).columns(on.columns)

async function widenOlderTables(db: Kysely<unknown>) {
  for (const [name, type] of [
    ['group_id', 'text'] as const,
    ['spaces', 'bigint'] as const,
    ['lane_ids', 'text'] as const,
  ])
    await db.schema.alterTable('permits').addColumn(name, type).execute()
  await index(db, 'permits_by_end', { table: 'permits', columns: ['valid_until'] }).execute()
  for (const [name, type] of [
    ['distance', 'bigint'] as const,
    ['session_id', 'text'] as const,
    ['due_fen', 'bigint'] as const,
  ])
    await db.schema.alterTable('passages').addColumn(name, type).execute()
  await index(db, 'passages_by_lane', { table: 'passages', columns: ['device_id', 'at'] }).execute()
}

async function createSessions(db: Kysely<unknown>) {
  await table(db, 'parking_sessions', {
    columns: {
      ...{ session_id: text(), compound_id: text(), plate: text(), raw_plate: text(), vehicle_class: text() },
      ...{ right_kind: text(), state: text(), entry_lane_id: text(), entered_at: whole() },
      ...{ entry_picture: text('optional'), exit_lane_id: text('optional'), left_at: whole('optional') },
      ...{ exit_picture: text('optional'), tariff_version: whole('optional') },
      ...{ fee_fen: whole(), paid_fen: whole(), waived_fen: whole(), debt_fen: whole(), note: text('optional') },
    },
    key: ['session_id'],
  })
  const sessions = 'parking_sessions'
  await index(db, 'parking_sessions_by_entry', { table: sessions, columns: ['compound_id', 'entered_at'] }).execute()
  await index(db, 'parking_sessions_by_exit', { table: sessions, columns: ['compound_id', 'left_at'] }).execute()
  await index(db, 'parking_sessions_by_state', { table: sessions, columns: ['compound_id', 'state'] }).execute()
  await index(db, 'parking_sessions_by_plate', { table: sessions, columns: ['plate', 'entered_at'] }).execute()
  await table(db, 'parking_closings', {
    columns: { session_id: text(), compound_id: text(), lane_id: text('optional'), body: text() },
    key: ['session_id'],
  })
  await table(db, 'plate_endings', { columns: { ending: text(), plate: text() }, key: ['ending', 'plate'] })
}

async function createRules(db: Kysely<unknown>) {
  await table(db, 'parking_rules', {
    columns: { compound_id: text(), capacity: whole('optional'), policy: text(), lanes: text() },
    key: ['compound_id'],
  })
  await table(db, 'parking_tariffs', {
    columns: { compound_id: text(), version: whole(), tariff: text(), valid_from: whole() },
    key: ['compound_id', 'version'],
  })
  await table(db, 'parking_lanes', {
    columns: {
      lane_id: text(),
      compound_id: text(),
      queue_since: whole('optional'),
      queue_cars: whole(),
      queue_told_at: whole(),
    },
    key: ['lane_id'],
  })
}

async function createHelpDesk(db: Kysely<unknown>) {
  await table(db, 'lane_calls', {
    columns: {
      ...{ call_id: text(), compound_id: text(), lane_id: text(), direction: text(), cause: text(), state: text() },
      ...{ at: whole(), received_at: whole(), sign_at: whole(), raw_plate: text('optional') },
      ...{ picture: text('optional'), reason: text('optional'), session_id: text('optional') },
      ...{ due_fen: whole('optional'), candidates: text(), answered_by: text('optional') },
      ...{ answered_at: whole('optional'), ended_at: whole('optional'), outcome: text('optional') },
    },
    key: ['call_id'],
  })
  await table(db, 'lane_waits', {
    columns: { lane_id: text(), compound_id: text(), ring_at: whole(), body: text() },
    key: ['lane_id'],
  })
  // Whoever presses twice has one call, also when two records of a lane are stored at the same time.
  await index(db, 'lane_calls_live', { table: 'lane_calls', columns: ['lane_id'] })
    .unique()
    .where(sql.ref('state'), '<>', sql.lit('ended'))
    .execute()
  await index(db, 'lane_calls_by_state', { table: 'lane_calls', columns: ['state', 'at'] }).execute()
  await table(db, 'lane_raises', {
    columns: {
      ...{ raise_id: text(), compound_id: text(), lane_id: text(), call_id: text('optional'), command_id: text() },
      ...{ raised_by: text(), at: whole(), reason: text(), note: text('optional'), plate: text() },
      ...{ session_id: text('optional'), due_fen: whole(), waived_fen: whole() },
      ...{ before_command: text('optional'), after_command: text('optional'), look_at: whole('optional') },
      ...{ picture_before: text('optional'), picture_after: text('optional') },
      ...{ reviewed_by: text('optional'), reviewed_at: whole('optional'), verdict: text('optional') },
      review_note: text('optional'),
    },
    key: ['raise_id'],
  })
  await index(db, 'lane_raises_by_time', { table: 'lane_raises', columns: ['compound_id', 'at'] }).execute()
  await index(db, 'lane_raises_by_look', { table: 'lane_raises', columns: ['look_at'] }).execute()
  await index(db, 'lane_raises_by_command', { table: 'lane_raises', columns: ['command_id'] })
    .unique()
    .execute()
}

async function createTickets(db: Kysely<unknown>) {
  await table(db, 'parking_tickets', {
    columns: {
      ...{ ticket_id: text(), compound_id: text(), kind: text(), state: text(), plate: text('optional') },
      ...{ place: text(), lane_id: text('optional'), picture: text('optional'), opened_at: whole() },
      ...{ opened_by: text(), source: text('optional'), closed_at: whole('optional') },
      ...{ closed_by: text('optional'), note: text('optional') },
    },
    key: ['ticket_id'],
  })
  const tickets = 'parking_tickets'
  await index(db, 'parking_tickets_by_time', { table: tickets, columns: ['compound_id', 'opened_at'] }).execute()
  await index(db, 'parking_tickets_by_source', { table: tickets, columns: ['source'] })
    .unique()
    .execute()
}

/** Stays, rules, tariffs, the help desk of the lanes, tickets. */
export const parking: Migration = {
  async up(db) {
    for (const create of [widenOlderTables, createSessions, createRules, createHelpDesk, createTickets])
      await create(db)
  },
}
