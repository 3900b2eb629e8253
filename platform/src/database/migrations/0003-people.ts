import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { table, text, whole } from '../columns.ts'

async function extendUsers(db: Kysely<unknown>) {
  const flagColumns = ['disabled', 'password_temporary']
  for (const name of flagColumns)
    await db.schema
      .alterTable('users')
      .addColumn(name, 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
  // The secret of the second factor, sealed; the one that is being set up stands beside it until its first code.
  for (const name of ['totp_sealed', 'totp_pending_sealed'])
    await db.schema.alterTable('users').addColumn(name, 'text').execute()
  for (const name of ['totp_last_step', 'last_sign_in_at'])
    await db.schema.alterTable('users').addColumn(name, 'bigint').execute()
}

/** Sessions without an address and a beginning cannot be shown to anybody: people sign in once more after the update. */
async function replaceSessions(db: Kysely<unknown>) {
  await db.schema.dropTable('sessions').execute()
  await table(db, 'sessions', {
    columns: {
      token_hash: text(),
      id: text(),
      username: text(),
      address: text(),
      user_agent: text(),
      created_at: whole(),
      last_used_at: whole(),
      ends_at: whole(),
    },
    key: ['token_hash'],
  })
  await db.schema.createIndex('sessions_by_person').on('sessions').column('username').execute()
}

async function createSecondFactor(db: Kysely<unknown>) {
  await table(db, 'recovery_codes', {
    columns: { username: text(), code_hash: text() },
    key: ['username', 'code_hash'],
  })
  await table(db, 'known_devices', {
    columns: { token_hash: text(), username: text(), last_at: whole() },
    key: ['token_hash', 'username'],
  })
}

async function createApprovals(db: Kysely<unknown>) {
  await table(db, 'approvals', {
    columns: {
      id: text(),
      action: text(),
      target: text(),
      scope: text(),
      facts: text(),
      reason: text(),
      requested_by: text(),
      requested_at: whole(),
      expires_at: whole(),
      sealed: text('optional'),
      hash: text(),
      state: text(),
      decided_by: text('optional'),
      decided_at: whole('optional'),
      decision_reason: text('optional'),
      failure: text('optional'),
    },
    key: ['id'],
  })
  await db.schema.createIndex('approvals_by_state').on('approvals').columns(['state', 'expires_at']).execute()
}

export const people: Migration = {
  async up(db) {
    for (const change of [extendUsers, replaceSessions, createSecondFactor, createApprovals]) await change(db)
  },
}
