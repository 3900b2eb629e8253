import type { Alert, AlertNote, AlertState, Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import type { AlertRow } from '../../database/tables.ts'
import { orderedId } from '../../core/ordered-id.ts'
import { fromJson, present, toFlag, toJson } from '../../database/values.ts'

const toAlert = (row: AlertRow, notes: AlertNote[]): Alert => ({
  id: row.id,
  type: row.type,
  severity: row.severity as Alert['severity'],
  state: row.state as AlertState,
  compoundId: row.compound_id,
  at: row.at,
  receivedAt: row.received_at,
  late: row.late === 1,
  details: fromJson(row.details),
  notes,
  ...present({
    deviceId: row.device_id,
    picture: row.picture,
    acknowledgedBy: row.acknowledged_by,
    acknowledgedAt: row.acknowledged_at,
    resolvedBy: row.resolved_by,
    resolvedAt: row.resolved_at,
  }),
})

async function withNotes(db: Database, rows: readonly AlertRow[]): Promise<Alert[]> {
  if (rows.length === 0) return []
  const notes = await db
    .selectFrom('alert_notes')
    .selectAll()
    .where(
      'alert_id',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('at')
    .orderBy('id')
    .execute()
  const byAlert = Map.groupBy(notes, (note) => note.alert_id)
  return rows.map((row) =>
    toAlert(
      row,
      (byAlert.get(row.id) ?? []).map(({ at, written_by, text }) => ({ at, by: written_by, text })),
    ),
  )
}

export async function insertAlert(db: Database, alert: Alert): Promise<void> {
  await db
    .insertInto('alerts')
    .values({
      id: alert.id,
      compound_id: alert.compoundId,
      device_id: alert.deviceId ?? null,
      type: alert.type,
      severity: alert.severity,
      state: alert.state,
      at: alert.at,
      received_at: alert.receivedAt,
      late: toFlag(alert.late),
      picture: alert.picture ?? null,
      details: toJson(alert.details),
    })
    .execute()
}

export interface AlertFilter {
  readonly scope: Scope
  readonly state?: AlertState | 'unresolved' | undefined
  readonly compoundId?: string | undefined
  readonly deviceId?: string | undefined
  readonly before?: number | undefined
  readonly limit: number
}

export async function listAlerts(db: Database, filter: AlertFilter): Promise<Alert[]> {
  let query = db.selectFrom('alerts').selectAll().where('compound_id', 'in', compoundsWithin(filter.scope))
  if (filter.state === 'unresolved') query = query.where('state', '!=', 'resolved')
  else if (filter.state !== undefined) query = query.where('state', '=', filter.state)
  if (filter.compoundId !== undefined) query = query.where('compound_id', '=', filter.compoundId)
  if (filter.deviceId !== undefined) query = query.where('device_id', '=', filter.deviceId)
  if (filter.before !== undefined) query = query.where('at', '<', filter.before)
  return withNotes(db, await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(filter.limit).execute())
}

export async function findAlert(db: Database, alertId: string, scope: Scope = ''): Promise<Alert | undefined> {
  const row = await db
    .selectFrom('alerts')
    .selectAll()
    .where('id', '=', alertId)
    .where('compound_id', 'in', compoundsWithin(scope))
    .executeTakeFirst()
  return row && (await withNotes(db, [row]))[0]
}

export interface AlertSubject {
  readonly compoundId: string
  readonly type: string
  /** `null` for what is about no device; without it all count. */
  readonly deviceId?: string | null
}

const about = (db: Database, { compoundId, type, deviceId }: AlertSubject) => {
  const query = db.selectFrom('alerts').where('compound_id', '=', compoundId).where('type', '=', type)
  if (deviceId === undefined) return query
  return deviceId === null ? query.where('device_id', 'is', null) : query.where('device_id', '=', deviceId)
}

/** Alerts about the same thing that nobody has closed yet. */
export const unresolvedIds = async (db: Database, subject: AlertSubject): Promise<string[]> =>
  (await about(db, subject).select('id').where('state', '!=', 'resolved').execute()).map(({ id }) => id)

/** Whether this very event was told already, closed or not. */
export const wasTold = async (db: Database, subject: AlertSubject, at: number): Promise<boolean> =>
  (await about(db, subject).select('id').where('at', '>=', at).limit(1).execute()).length > 0

type StateChange = Partial<
  Pick<AlertRow, 'state' | 'acknowledged_by' | 'acknowledged_at' | 'resolved_by' | 'resolved_at' | 'details'>
>

/** Changes the alert if it is in one of these states; answers whether it was. */
export async function changeAlert(
  db: Database,
  { id, from }: { readonly id: string; readonly from: readonly AlertState[] },
  change: StateChange,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('alerts')
    .set(change)
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function insertNote(db: Database, alertId: string, { at, by, text }: AlertNote): Promise<void> {
  const id = orderedId(at)
  await db.insertInto('alert_notes').values({ id, alert_id: alertId, at, written_by: by, text }).execute()
}
