import type { Migration } from 'kysely/migration'
import { table, text, whole } from '../columns.ts'

export const continuity: Migration = {
  async up(db) {
    await table(db, 'gateway_continuity', {
      columns: { gateway_id: text(), reported_at: whole(), figures: text(), history: text() },
      key: ['gateway_id'],
    })
    await table(db, 'device_continuity', {
      columns: {
        gateway_id: text(),
        device_id: text(),
        reported_at: whole(),
        last_message_at: whole('optional'),
        gaps: whole(),
        missing: whole(),
        last_gap_at: whole('optional'),
        reports: text('optional'),
        events: text('optional'),
      },
      key: ['gateway_id', 'device_id'],
    })
    await table(db, 'telemetry_losses', {
      columns: { gateway_id: text(), from_at: whole(), to_at: whole(), count: whole(), reason: text() },
      key: ['gateway_id', 'from_at'],
    })
  },
}
