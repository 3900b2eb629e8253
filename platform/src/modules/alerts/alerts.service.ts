import type { Alert, AlertState } from '../../contract/index.ts'
import type { Caller, Clock, Publisher } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { alertAlready, alertNotFound } from '../../errors.ts'
import * as repo from './alerts.repo.ts'

export interface AlertsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly publisher: Publisher
}

type Step = Parameters<typeof repo.changeAlert>[2]

/** What people do with alerts: every step with who and when, told to all consoles at once. */
export function createAlertsService({ db, clock, publisher }: AlertsPorts) {
  async function get(caller: Caller, alertId: string): Promise<Alert> {
    const alert = await repo.findAlert(db, alertId, caller.scope)
    if (!alert) throw alertNotFound(alertId)
    return alert
  }

  /** Of two people who press at once, one is told that the other was first. */
  async function step(
    caller: Caller,
    { alertId, from, note }: { readonly alertId: string; readonly from: readonly AlertState[]; readonly note?: string },
    change: Step | undefined,
  ): Promise<Alert> {
    const before = await get(caller, alertId)
    await db.transaction().execute(async (tx) => {
      if (change && !(await repo.changeAlert(tx, { id: alertId, from }, change))) throw alertAlready(before.state)
      if (note !== undefined) await repo.insertNote(tx, alertId, { at: clock.now(), by: caller.username, text: note })
    })
    const after = await get(caller, alertId)
    publisher.publish('alert:changed', after.compoundId, after)
    return after
  }

  return {
    get,

    list: (caller: Caller, filter: Omit<repo.AlertFilter, 'scope' | 'limit'> & { readonly limit?: number }) =>
      repo.listAlerts(db, { limit: 100, ...filter, scope: caller.scope }),

    acknowledge: (caller: Caller, alertId: string) =>
      step(
        caller,
        { alertId, from: ['open'] },
        { state: 'acknowledged', acknowledged_by: caller.username, acknowledged_at: clock.now() },
      ),

    resolve: (caller: Caller, alertId: string, note?: string) =>
      step(
        caller,
        { alertId, from: ['open', 'acknowledged'], ...(note !== undefined && { note }) },
        { state: 'resolved', resolved_by: caller.username, resolved_at: clock.now() },
      ),

    reopen: (caller: Caller, alertId: string) =>
      step(
        caller,
        { alertId, from: ['resolved'] },
        { state: 'open', acknowledged_by: null, acknowledged_at: null, resolved_by: null, resolved_at: null },
      ),

    note: (caller: Caller, alertId: string, text: string) => step(caller, { alertId, from: [], note: text }, undefined),
  }
}

export type AlertsService = ReturnType<typeof createAlertsService>
