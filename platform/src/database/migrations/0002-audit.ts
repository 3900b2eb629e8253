import { PostgresAdapter, sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { beginning, link, type ChainedEntry } from '../../modules/audit/chain.ts'
import { table, text, whole } from '../columns.ts'

async function createEntries(db: Kysely<unknown>) {
  await table(db, 'audit_entries', {
    columns: {
      number: whole(),
      day: text(),
      at: whole(),
      actor: text(),
      action: text(),
      target: text('optional'),
      compound_id: text('optional'),
      address: text('optional'),
      reason: text('optional'),
      outcome: text(),
      details: text(),
      previous: text(),
      hash: text(),
    },
    key: ['number'],
  })
  await db.schema.createIndex('audit_entries_by_day').on('audit_entries').columns(['day', 'number']).execute()
  await table(db, 'audit_turn', { columns: { id: whole(), turn: whole() }, key: ['id'] })
  await sql`insert into audit_turn (id, turn) values (1, 0)`.execute(db)
}

const refusal = sql.lit('audit entries are never changed or removed')

/** `insert or replace` removes without asking the delete trigger, so a number may not come twice either. */
async function protectSqlite(db: Kysely<unknown>) {
  await sql`create trigger audit_entries_no_update before update on audit_entries
    begin select raise(abort, ${refusal}); end`.execute(db)
  await sql`create trigger audit_entries_no_delete before delete on audit_entries
    begin select raise(abort, ${refusal}); end`.execute(db)
  await sql`create trigger audit_entries_no_replace before insert on audit_entries
    when exists (select 1 from audit_entries where number = new.number)
    begin select raise(abort, ${refusal}); end`.execute(db)
}

async function protectPostgres(db: Kysely<unknown>) {
  await sql`create function audit_entries_refuse() returns trigger language plpgsql as
    'begin raise exception ''audit entries are never changed or removed''; end'`.execute(db)
  await sql`create trigger audit_entries_keep before update or delete or truncate on audit_entries
    for each statement execute function audit_entries_refuse()`.execute(db)
}

type Before = {
  media_looks: { sha256: string; compound_id: string; username: string; reason: string | null; at: number }
  audit_entries: Record<string, unknown>
}

const ofLook = (look: Before['media_looks']) => ({
  ...{ at: look.at, actor: look.username, action: 'getMedia', target: look.sha256, compoundId: look.compound_id },
  ...{ address: null, reason: look.reason, outcome: 'done', details: '{}' },
})

const toRow = ({ compoundId, ...entry }: ChainedEntry) => ({ ...entry, compound_id: compoundId })

/** Looks at pictures had a table of their own; they become the first entries. */
async function moveLooks(db: Kysely<Before>) {
  const looks = await db.selectFrom('media_looks').selectAll().orderBy('at').execute()
  const rows = link(beginning, looks.map(ofLook)).map(toRow)
  for (let first = 0; first < rows.length; first += 1000)
    await db
      .insertInto('audit_entries')
      .values(rows.slice(first, first + 1000))
      .execute()
  await db.schema.dropTable('media_looks').execute()
}

export const audit: Migration = {
  async up(db: Kysely<unknown>) {
    await createEntries(db)
    await moveLooks(db.$extendTables<Before>())
    const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter
    await (isPostgres ? protectPostgres(db) : protectSqlite(db))
  },
}
