import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { table, text, whole, flag, real } from '../columns.ts'

const placeAndTime = { compound_id: text(), device_id: text(), at: whole(), late: flag() }

async function createIdentity(db: Kysely<unknown>) {
  await table(db, 'users', {
    columns: { username: text(), name: text(), role: text(), scope: text(), password_hash: text() },
    key: ['username'],
  })
  await table(db, 'sessions', {
    columns: { token_hash: text(), username: text(), created_at: whole(), expires_at: whole() },
    key: ['token_hash'],
  })
  await db.schema.createIndex('sessions_by_user').on('sessions').column('username').execute()
  await table(db, 'sign_in_failures', {
    columns: { subject: text(), failures: whole(), last_at: whole(), locked_until: whole() },
    key: ['subject'],
  })
}

async function createPlaces(db: Kysely<unknown>) {
  await table(db, 'compounds', {
    columns: { id: text(), name: text(), path: text(), plan: text('optional') },
    key: ['id'],
  })
  await db.schema.createIndex('compounds_by_path').on('compounds').column('path').execute()
  await table(db, 'gateways', {
    columns: {
      id: text(),
      compound_id: text(),
      secret_hash: text(),
      online: flag(),
      online_changed_at: whole('optional'),
      outage_from: whole('optional'),
      last_seen_at: whole('optional'),
      epoch: whole(),
      last_seq: whole(),
      backlog: whole(),
      clock_offset_ms: real('optional'),
      version: text('optional'),
    },
    key: ['id'],
  })
  await db.schema.createIndex('gateways_by_compound').on('gateways').column('compound_id').unique().execute()
  const revision = { compound_id: text(), area: text(), revision: whole() }
  await table(db, 'desired_revisions', { columns: { ...revision, changed_at: whole() }, key: ['compound_id', 'area'] })
  await table(db, 'desired_applied', {
    columns: { ...revision, failed: text(), at: whole() },
    key: ['compound_id', 'area'],
  })
}

async function createDevices(db: Kysely<unknown>) {
  await table(db, 'devices', {
    columns: {
      id: text(),
      compound_id: text(),
      kind: text(),
      name: text(),
      place: text(),
      x: real('optional'),
      y: real('optional'),
      secret_hash: text('optional'),
      secret_sealed: text('optional'),
      address: text('optional'),
      username: text('optional'),
      settings: text(),
      online: flag(),
      online_changed_at: whole('optional'),
      absence_told: flag(),
      capabilities: text(),
      readings: text(),
      readings_at: whole('optional'),
    },
    key: ['id'],
  })
  await db.schema.createIndex('devices_by_compound').on('devices').column('compound_id').execute()
  await table(db, 'commands', {
    columns: {
      id: text(),
      device_id: text(),
      compound_id: text(),
      name: text(),
      args: text(),
      sent_by: text(),
      reason: text('optional'),
      alert_id: text('optional'),
      state: text(),
      sent_at: whole(),
      expires_at: whole(),
      ended_at: whole('optional'),
      code: text('optional'),
      message: text('optional'),
      data: text('optional'),
    },
    key: ['id'],
  })
  await db.schema.createIndex('commands_by_device').on('commands').columns(['device_id', 'sent_at']).execute()
  await db.schema.createIndex('commands_by_state').on('commands').columns(['state', 'expires_at']).execute()
}

async function createRecords(db: Kysely<unknown>) {
  await table(db, 'area_events', {
    columns: {
      gateway_id: text(),
      epoch: whole(),
      seq: whole(),
      type: text(),
      at: whole(),
      received_at: whole(),
      device_id: text('optional'),
      late: flag(),
      body: text(),
      problem: text('optional'),
    },
    key: ['gateway_id', 'epoch', 'seq'],
  })
  await db.schema.createIndex('area_events_by_device').on('area_events').columns(['device_id', 'at']).execute()
  await table(db, 'alerts', {
    columns: {
      ...placeAndTime,
      id: text(),
      device_id: text('optional'),
      type: text(),
      severity: text(),
      state: text(),
      received_at: whole(),
      picture: text('optional'),
      details: text(),
      acknowledged_by: text('optional'),
      acknowledged_at: whole('optional'),
      resolved_by: text('optional'),
      resolved_at: whole('optional'),
    },
    key: ['id'],
  })
  await db.schema.createIndex('alerts_by_time').on('alerts').column('at').execute()
  await db.schema.createIndex('alerts_by_compound').on('alerts').columns(['compound_id', 'at']).execute()
  await db.schema.createIndex('alerts_by_device').on('alerts').columns(['device_id', 'state']).execute()
  await table(db, 'alert_notes', {
    columns: { id: text(), alert_id: text(), at: whole(), written_by: text(), text: text() },
    key: ['id'],
  })
  await db.schema.createIndex('alert_notes_by_alert').on('alert_notes').columns(['alert_id', 'at']).execute()
}

async function createParking(db: Kysely<unknown>) {
  await table(db, 'permits', {
    columns: {
      compound_id: text(),
      plate: text(),
      kind: text(),
      holder: text(),
      valid_from: whole('optional'),
      valid_until: whole('optional'),
    },
    key: ['compound_id', 'plate'],
  })
  await table(db, 'passages', {
    columns: {
      ...placeAndTime,
      id: text(),
      direction: text(),
      raw_plate: text(),
      matched_plate: text('optional'),
      decision: text(),
      rule: text(),
      reason: text(),
      picture: text('optional'),
    },
    key: ['id'],
  })
  await db.schema.createIndex('passages_by_compound').on('passages').columns(['compound_id', 'at']).execute()
}

async function createAccess(db: Kysely<unknown>) {
  await table(db, 'people', {
    columns: {
      compound_id: text(),
      person_id: text(),
      name: text(),
      household: text(),
      face_id: text('optional'),
      consent_version: text('optional'),
      cards: text(),
      valid_until: whole('optional'),
    },
    key: ['compound_id', 'person_id'],
  })
  await table(db, 'access_entries', {
    columns: {
      ...placeAndTime,
      id: text(),
      method: text(),
      decision: text(),
      rule: text(),
      person_id: text('optional'),
      picture: text('optional'),
    },
    key: ['id'],
  })
  await db.schema
    .createIndex('access_entries_by_compound')
    .on('access_entries')
    .columns(['compound_id', 'at'])
    .execute()
}

async function createBroadcast(db: Kysely<unknown>) {
  await table(db, 'broadcasts', {
    columns: {
      id: text(),
      compound_id: text(),
      text: text(),
      priority: text(),
      reason: text('optional'),
      started_by: text(),
      at: whole(),
    },
    key: ['id'],
  })
  await db.schema.createIndex('broadcasts_by_compound').on('broadcasts').columns(['compound_id', 'at']).execute()
  await table(db, 'broadcast_speakers', {
    columns: {
      broadcast_id: text(),
      device_id: text(),
      state: text(),
      at: whole(),
      duration_ms: whole('optional'),
      reason: text('optional'),
    },
    key: ['broadcast_id', 'device_id'],
  })
}

async function createMedia(db: Kysely<unknown>) {
  await table(db, 'media', {
    columns: {
      sha256: text(),
      compound_id: text(),
      gateway_id: text(),
      content_type: text(),
      bytes: whole(),
      stored_at: whole(),
    },
    key: ['sha256', 'compound_id'],
  })
  await table(db, 'media_looks', {
    columns: {
      id: text(),
      sha256: text(),
      compound_id: text(),
      username: text(),
      reason: text('optional'),
      at: whole(),
    },
    key: ['id'],
  })
  await db.schema.createIndex('media_looks_by_picture').on('media_looks').column('sha256').execute()
}

export const foundation: Migration = {
  async up(db) {
    for (const create of [
      createIdentity,
      createPlaces,
      createDevices,
      createRecords,
      createParking,
      createAccess,
      createBroadcast,
      createMedia,
    ])
      await create(db)
  },
}
