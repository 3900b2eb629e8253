import type { RecordContext, RecordOf } from '../../core/records.ts'
import { toJson } from '../../database/values.ts'
import * as repo from './alerts.repo.ts'
import { resolveBySystem } from './raise.ts'

const type = 'telemetry.dropped'

/** One loss that goes on is one alert: it grows, and ends by itself. Answers whether there is nothing new to raise. */
export async function followTelemetryLoss(record: RecordOf<typeof type>, context: RecordContext): Promise<boolean> {
  const { db, compoundId, publish } = context
  const { over, ...details } = record.body
  const open = await repo.unresolvedIds(db, { compoundId, type })
  for (const id of open) {
    await repo.changeAlert(db, { id, from: ['open', 'acknowledged'] }, { details: toJson(details) })
    const alert = await repo.findAlert(db, id)
    if (alert && !over) publish('alert:changed', alert)
  }
  if (over) await resolveBySystem(db, publish, { compoundId, type, at: record.at })
  return over || open.length > 0
}
