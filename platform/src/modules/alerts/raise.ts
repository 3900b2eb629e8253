import type { Alert } from '../../contract/index.ts'
import type { RecordContext } from '../../core/records.ts'
import { orderedId } from '../../core/ordered-id.ts'
import type { Database } from '../../database/database.ts'
import type { AlertDraft } from './alert-of.ts'
import * as repo from './alerts.repo.ts'

type Moment = Pick<Alert, 'compoundId' | 'at' | 'receivedAt' | 'late'> & { readonly deviceId?: string | undefined }
type Tell = RecordContext['publish']

export async function raise(db: Database, tell: Tell, { deviceId, ...moment }: Moment & AlertDraft): Promise<void> {
  const alert: Alert = {
    ...{ id: orderedId(moment.receivedAt), state: 'open', notes: [] },
    ...moment,
    ...(deviceId !== undefined && { deviceId }),
  }
  await repo.insertAlert(db, alert)
  tell('alert:raised', alert)
}

/** What mended itself needs nobody to close it. */
export async function resolveBySystem(db: Database, tell: Tell, subject: repo.AlertSubject & { readonly at: number }) {
  for (const id of await repo.unresolvedIds(db, subject)) {
    const change = { state: 'resolved', resolved_by: 'system', resolved_at: subject.at }
    await repo.changeAlert(db, { id, from: ['open', 'acknowledged'] }, change)
    const alert = await repo.findAlert(db, id)
    if (alert) tell('alert:changed', alert)
  }
}
