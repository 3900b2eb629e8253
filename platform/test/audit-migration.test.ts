import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { Pool } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../src/database/database.ts'
import { foundation } from '../src/database/migrations/0001-foundation.ts'
import { verifyDatabase } from '../src/modules/audit/verify-database.ts'
import { databases, usePostgres } from './setup.ts'

const postgres = usePostgres()

interface Looks {
  media_looks: { id: string; sha256: string; compound_id: string; username: string; reason: string | null; at: number }
}

async function* noAnchors() {
  // nothing was anchored before there was a log
}

test.each(databases)('looks at pictures from before there was a log become its first entries (%s)', async (kind) => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-migration-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const url = await postgres(kind, 'bare')
  const dialect = url
    ? new PostgresDialect({ pool: new Pool({ connectionString: url }) })
    : new SqliteDialect({ database: new Sqlite(join(folder, 'platform.sqlite')) })
  const before = new Kysely<Looks>({ dialect })
  const migrations = { '0001-foundation': foundation }
  await new Migrator({ db: before, provider: { getMigrations: async () => migrations } }).migrateToLatest()
  const look = (id: string, at: number, reason: string | null) =>
    ({ id, sha256: `hash-${id}`, compound_id: 'garden', username: 'li', reason, at }) as const
  await before
    .insertInto('media_looks')
    .values([look('b', 2000, null), look('a', 1000, 'alert a1')])
    .execute()
  await before.destroy()

  const db = await openDatabase({ url, folder, onIdleError: () => undefined })
  onTestFinished(() => db.destroy())
  const entries = await db.selectFrom('audit_entries').selectAll().orderBy('number').execute()
  expect(entries).toMatchObject([
    {
      number: 1,
      at: 1000,
      actor: 'li',
      action: 'getMedia',
      target: 'hash-a',
      compound_id: 'garden',
      reason: 'alert a1',
    },
    { number: 2, at: 2000, actor: 'li', action: 'getMedia', target: 'hash-b', outcome: 'done' },
  ])
  expect(await verifyDatabase({ db, readAnchors: async () => noAnchors() })).toMatchObject({ entries: 2, problems: [] })
})
