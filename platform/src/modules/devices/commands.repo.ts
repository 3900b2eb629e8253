import type { CommandEntry, Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import type { CommandRow } from '../../database/tables.ts'
import { fromJson, present, toJson } from '../../database/values.ts'

const toEntry = (row: CommandRow): CommandEntry => ({
  commandId: row.id,
  deviceId: row.device_id,
  compoundId: row.compound_id,
  name: row.name,
  args: fromJson(row.args),
  by: row.sent_by,
  state: row.state as CommandEntry['state'],
  sentAt: row.sent_at,
  expiresAt: row.expires_at,
  ...present({
    reason: row.reason,
    alertId: row.alert_id,
    endedAt: row.ended_at,
    code: row.code,
    message: row.message,
  }),
  ...(row.data !== null && { data: fromJson(row.data) }),
})

export async function insertCommand(db: Database, entry: CommandEntry): Promise<void> {
  await db
    .insertInto('commands')
    .values({
      id: entry.commandId,
      device_id: entry.deviceId,
      compound_id: entry.compoundId,
      name: entry.name,
      args: toJson(entry.args),
      sent_by: entry.by,
      reason: entry.reason ?? null,
      alert_id: entry.alertId ?? null,
      state: entry.state,
      sent_at: entry.sentAt,
      expires_at: entry.expiresAt,
    })
    .execute()
}

type State = CommandEntry['state']

export interface CommandStep {
  /** States that the step leads out of; in any other it changes nothing. */
  readonly from: readonly State[]
  readonly to: State
  readonly endedAt?: number
  readonly code?: string | undefined
  readonly message?: string | undefined
  readonly data?: Readonly<Record<string, unknown>> | undefined
}

/** Takes one step in the life of a command of this compound; answers the entry, if the step was possible. */
export async function stepCommand(
  db: Database,
  { commandId, compoundId }: { readonly commandId: string; readonly compoundId: string },
  step: CommandStep,
): Promise<CommandEntry | undefined> {
  const row = await db
    .updateTable('commands')
    .set({
      state: step.to,
      ended_at: step.endedAt ?? null,
      code: step.code ?? null,
      message: step.message ?? null,
      data: step.data ? toJson(step.data) : null,
    })
    .where('id', '=', commandId)
    .where('compound_id', '=', compoundId)
    .where('state', 'in', step.from)
    .returningAll()
    .executeTakeFirst()
  return row && toEntry(row)
}

export async function expireCommands(db: Database, now: number): Promise<CommandEntry[]> {
  const rows = await db
    .updateTable('commands')
    .set({ state: 'expired', ended_at: now, code: 'COMMAND_EXPIRED', message: 'No answer before the deadline' })
    .where('state', 'in', ['sent', 'accepted'])
    .where('expires_at', '<', now)
    .returningAll()
    .execute()
  return rows.map(toEntry)
}

export async function findCommand(db: Database, commandId: string, scope: Scope): Promise<CommandEntry | undefined> {
  const row = await db
    .selectFrom('commands')
    .selectAll()
    .where('id', '=', commandId)
    .where('compound_id', 'in', compoundsWithin(scope))
    .executeTakeFirst()
  return row && toEntry(row)
}

export async function listCommands(db: Database, deviceId: string, limit: number): Promise<CommandEntry[]> {
  const rows = await db
    .selectFrom('commands')
    .selectAll()
    .where('device_id', '=', deviceId)
    .orderBy('sent_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(toEntry)
}
