import { sql } from 'kysely'
import type {
  DeviceContinuity,
  DeviceContinuityReport,
  GatewayContinuity,
  Scope,
  SequenceReport,
  TelemetryLoss,
} from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import type { DeviceContinuityRow, GatewayContinuityRow, GatewayRow } from '../../database/tables.ts'
import { fromJson, present, toJson } from '../../database/values.ts'

/** SQLite takes 32,766 parameters in one statement. */
const rowsPerInsert = 500
const keptLosses = 100
/** A device that reports every half a minute and has said nothing for so long has fallen silent. */
export const silentAfterMs = 5 * 60_000

export const gatewaysWithin = (db: Database, scope: Scope): Promise<GatewayRow[]> =>
  db.selectFrom('gateways').selectAll().where('compound_id', 'in', compoundsWithin(scope)).orderBy('id').execute()

export const findGateway = (db: Database, gatewayId: string) =>
  db.selectFrom('gateways').selectAll().where('id', '=', gatewayId).executeTakeFirst()

export const findReport = (db: Database, gatewayId: string) =>
  db.selectFrom('gateway_continuity').selectAll().where('gateway_id', '=', gatewayId).executeTakeFirst()

export const listReports = (db: Database, gatewayIds: readonly string[]): Promise<GatewayContinuityRow[]> =>
  gatewayIds.length === 0
    ? Promise.resolve([])
    : db.selectFrom('gateway_continuity').selectAll().where('gateway_id', 'in', gatewayIds).execute()

export async function saveReport(db: Database, { gateway_id, ...values }: GatewayContinuityRow): Promise<void> {
  await db
    .insertInto('gateway_continuity')
    .values({ gateway_id, ...values })
    .onConflict((conflict) => conflict.column('gateway_id').doUpdateSet(values))
    .execute()
}

function sumsOf(streams: readonly SequenceReport[]) {
  const sum = (figure: 'gaps' | 'missing') => streams.reduce((total, stream) => total + stream[figure], 0)
  const lastGapAt = Math.max(0, ...streams.flatMap(({ recent }) => recent.map(({ before }) => before)))
  return {
    gaps: sum('gaps'),
    missing: Math.min(Number.MAX_SAFE_INTEGER, sum('missing')),
    last_gap_at: lastGapAt || null,
  }
}

const toRow = (
  { deviceId, lastMessageAt, reports, events }: DeviceContinuityReport,
  { gatewayId, now }: { readonly gatewayId: string; readonly now: number },
): DeviceContinuityRow => ({
  gateway_id: gatewayId,
  device_id: deviceId,
  reported_at: now,
  last_message_at: lastMessageAt ?? null,
  ...sumsOf([reports, events].filter((stream) => stream !== undefined)),
  reports: reports ? toJson(reports) : null,
  events: events ? toJson(events) : null,
})

export async function saveDevices(
  db: Database,
  place: { readonly gatewayId: string; readonly now: number },
  devices: readonly DeviceContinuityReport[],
): Promise<void> {
  for (let start = 0; start < devices.length; start += rowsPerInsert) {
    const rows = devices.slice(start, start + rowsPerInsert).map((device) => toRow(device, place))
    await db
      .insertInto('device_continuity')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['gateway_id', 'device_id']).doUpdateSet((eb) => ({
          reported_at: eb.ref('excluded.reported_at'),
          last_message_at: eb.ref('excluded.last_message_at'),
          gaps: eb.ref('excluded.gaps'),
          missing: eb.ref('excluded.missing'),
          last_gap_at: eb.ref('excluded.last_gap_at'),
          reports: eb.ref('excluded.reports'),
          events: eb.ref('excluded.events'),
        })),
      )
      .execute()
  }
}

/** The devices of gateways as they are registered now, with what their gateway last told of each. */
const registered = (db: Database) =>
  db
    .selectFrom('gateways')
    .innerJoin('devices', 'devices.compound_id', 'gateways.compound_id')
    .leftJoin('gateway_continuity', 'gateway_continuity.gateway_id', 'gateways.id')
    .leftJoin('device_continuity', (join) =>
      join
        .onRef('device_continuity.device_id', '=', 'devices.id')
        .onRef('device_continuity.gateway_id', '=', 'gateways.id'),
    )

/**
 * Measured against the gateway's last word, not against now: of a gateway that is away nothing is known. A camera
 * speaks when something happens; only of what reports regularly silence is news.
 */
const isSilent = sql<boolean>`(devices.online = 0 or (device_continuity.reports is not null
  and device_continuity.last_message_at < gateway_continuity.reported_at - ${sql.lit(silentAfterMs)}))`

export async function totalsOf(db: Database, gatewayIds: readonly string[]) {
  if (gatewayIds.length === 0) return new Map<string, GatewayContinuity['totals']>()
  const rows = await registered(db)
    .select((eb) => [
      'gateways.id',
      eb.fn.countAll<number | string>().as('devices'),
      sql<number | string>`sum(case when device_continuity.gaps > 0 then 1 else 0 end)`.as('with_gaps'),
      sql<number | string>`coalesce(sum(device_continuity.missing), 0)`.as('missing'),
      sql<number | string>`sum(case when ${isSilent} then 1 else 0 end)`.as('silent'),
    ])
    .where('gateways.id', 'in', gatewayIds)
    .groupBy('gateways.id')
    .execute()
  return new Map(
    rows.map(({ id, devices, with_gaps, missing, silent }) => [
      id,
      // Sums come as text from PostgreSQL.
      { devices: Number(devices), withGaps: Number(with_gaps), missing: Number(missing), silent: Number(silent) },
    ]),
  )
}

export interface DevicePage {
  readonly only: 'all' | 'gaps' | 'silent'
  readonly offset: number
  readonly limit: number
}

export async function devicesOf(db: Database, gatewayId: string, { only, offset, limit }: DevicePage) {
  let found = registered(db).where('gateways.id', '=', gatewayId)
  if (only === 'gaps') found = found.where('device_continuity.gaps', '>', 0)
  if (only === 'silent') found = found.where(isSilent)
  const { total } = await found.select((eb) => eb.fn.countAll<number | string>().as('total')).executeTakeFirstOrThrow()
  const rows = await found
    .select([
      ...(['devices.id', 'devices.name', 'devices.kind', 'devices.online', 'devices.online_changed_at'] as const),
      'gateways.online as gateway_online',
      ...(['device_continuity.reported_at', 'device_continuity.last_message_at', 'device_continuity.gaps'] as const),
      ...(['device_continuity.missing', 'device_continuity.last_gap_at'] as const),
      ...(['device_continuity.reports', 'device_continuity.events'] as const),
    ])
    .orderBy(sql`coalesce(device_continuity.missing, 0)`, 'desc')
    .orderBy(sql`coalesce(device_continuity.gaps, 0)`, 'desc')
    .orderBy(sql`case when ${isSilent} then 0 else 1 end`)
    .orderBy('devices.id')
    .limit(limit)
    .offset(offset)
    .execute()
  return { total: Number(total), devices: rows.map(toDevice) }
}

type DeviceRow = Pick<DeviceContinuityRow, 'last_message_at' | 'last_gap_at' | 'reports' | 'events'> & {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly online: number
  readonly gateway_online: number
  readonly online_changed_at: number | null
  readonly reported_at: number | null
  readonly gaps: number | null
  readonly missing: number | null
}

const toDevice = (row: DeviceRow): DeviceContinuity => ({
  deviceId: row.id,
  name: row.name,
  kind: row.kind,
  // Out of its gateway's reach it is out of ours.
  online: row.online === 1 && row.gateway_online === 1,
  gaps: row.gaps ?? 0,
  missing: row.missing ?? 0,
  ...present({
    onlineChangedAt: row.online_changed_at,
    reportedAt: row.reported_at,
    lastMessageAt: row.last_message_at,
    lastGapAt: row.last_gap_at,
  }),
  ...(row.reports !== null && { reports: fromJson(row.reports) }),
  ...(row.events !== null && { events: fromJson(row.events) }),
})

export async function saveLoss(db: Database, gatewayId: string, loss: TelemetryLoss): Promise<void> {
  const values = { to_at: loss.to, count: loss.count, reason: loss.reason }
  await db
    .insertInto('telemetry_losses')
    .values({ gateway_id: gatewayId, from_at: loss.from, ...values })
    .onConflict((conflict) => conflict.columns(['gateway_id', 'from_at']).doUpdateSet(values))
    .execute()
}

export async function lossesOf(
  db: Database,
  gatewayId: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<TelemetryLoss[]> {
  const rows = await db
    .selectFrom('telemetry_losses')
    .selectAll()
    .where('gateway_id', '=', gatewayId)
    .where('to_at', '>=', from)
    .where('from_at', '<=', to)
    .orderBy('from_at', 'desc')
    .limit(keptLosses)
    .execute()
  return rows.map(({ from_at, to_at, count, reason }) => ({
    ...{ from: from_at, to: to_at, count },
    reason: reason as TelemetryLoss['reason'],
  }))
}
