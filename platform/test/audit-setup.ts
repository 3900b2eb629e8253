import type { AuditLogEntry, Role } from '../src/contract/index.ts'
import { createOutbox, furnish, setup, signInAs, type House } from './setup.ts'

/** A furnished house with an open alert; `as` signs somebody in. */
export async function startHouse(databaseUrl?: string) {
  const house = await setup({ databaseUrl })
  await furnish(house)
  const outbox = createOutbox(house, 'gw-garden')
  const alarm = { eventId: 'e1', alarm: 'forced' }
  await outbox.store([outbox.record('access.door-alarm', alarm, { deviceId: 'barrier-garden' })])
  const [alert] = await house.services.alerts.list({ username: 'x', role: 'admin', scope: '' }, {})
  const as = (username: string, role: Role = 'admin', scope = '') => signInAs(house, { username, role, scope })
  return { house, outbox, alertId: alert?.id ?? '', as }
}

/** Everything but what signing in leaves behind, oldest first. */
export async function entriesOf({ services }: House, filter: object = {}): Promise<AuditLogEntry[]> {
  const auditor = { username: 'auditor', role: 'admin', scope: '' } as const
  const { entries } = await services.auditLog.list(auditor, { limit: 500, ...filter })
  return entries.filter(({ action }) => action !== 'signIn').toReversed()
}
