import type { Device, Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import type { DeviceRow } from '../../database/tables.ts'
import { fromJson, present } from '../../database/values.ts'

/** SQLite takes 32,766 parameters in one statement. */
const rowsPerInsert = 1000

type SeenRow = DeviceRow & { readonly gateway_online: number | null }

const toDevice = (row: SeenRow): Device => ({
  id: row.id,
  compoundId: row.compound_id,
  kind: row.kind,
  name: row.name,
  place: row.place,
  // What hangs behind a gateway that is away cannot be reached, whatever it was when last heard of.
  online: row.online === 1 && row.gateway_online === 1,
  capabilities: fromJson(row.capabilities),
  readings: fromJson(row.readings),
  ...(row.address !== null && { isCalled: true as const }),
  ...(row.x !== null && row.y !== null && { position: { x: row.x, y: row.y } }),
  ...present({ onlineChangedAt: row.online_changed_at, readingsAt: row.readings_at }),
})

const devicesWithGateway = (db: Database) =>
  db
    .selectFrom('devices')
    .leftJoin('gateways', 'gateways.compound_id', 'devices.compound_id')
    .selectAll('devices')
    .select('gateways.online as gateway_online')

export interface DeviceFilter {
  readonly scope: Scope
  readonly compoundId?: string | undefined
  readonly kind?: string | undefined
}

export async function listDevices(db: Database, { scope, compoundId, kind }: DeviceFilter): Promise<Device[]> {
  let query = devicesWithGateway(db).where('devices.compound_id', 'in', compoundsWithin(scope))
  if (compoundId !== undefined) query = query.where('devices.compound_id', '=', compoundId)
  if (kind !== undefined) query = query.where('devices.kind', '=', kind)
  return (await query.orderBy('devices.id').execute()).map(toDevice)
}

export async function findDevice(db: Database, deviceId: string, scope: Scope = ''): Promise<Device | undefined> {
  const row = await devicesWithGateway(db)
    .where('devices.id', '=', deviceId)
    .where('devices.compound_id', 'in', compoundsWithin(scope))
    .executeTakeFirst()
  return row && toDevice(row)
}

export const findRow = (db: Database, deviceId: string) =>
  db.selectFrom('devices').selectAll().where('id', '=', deviceId).executeTakeFirst()

/** In which compounds these devices stand, as far as they are known. */
export async function compoundsOf(db: Database, deviceIds: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (let start = 0; start < deviceIds.length; start += rowsPerInsert) {
    const rows = await db
      .selectFrom('devices')
      .select(['id', 'compound_id'])
      .where('id', 'in', deviceIds.slice(start, start + rowsPerInsert))
      .execute()
    for (const { id, compound_id } of rows) found.set(id, compound_id)
  }
  return found
}

export const rowsOfCompound = (db: Database, compoundId: string) =>
  db.selectFrom('devices').selectAll().where('compound_id', '=', compoundId).orderBy('id').execute()

/** What an installer enters; the rest of the row is what the device tells. */
export type EnteredRow = Pick<
  DeviceRow,
  'id' | 'compound_id' | 'kind' | 'name' | 'place' | 'x' | 'y' | 'address' | 'username' | 'settings'
> &
  Pick<DeviceRow, 'secret_hash' | 'secret_sealed'>

/** Adds or changes devices. Without a new secret the old one stays. */
export async function saveEntered(db: Database, rows: readonly EnteredRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    const values = rows.slice(start, start + rowsPerInsert).map((row) => ({
      ...row,
      online: 0,
      absence_told: 0,
      capabilities: '{}',
      readings: '{}',
    }))
    await db
      .insertInto('devices')
      .values(values)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((eb) => ({
          kind: eb.ref('excluded.kind'),
          name: eb.ref('excluded.name'),
          place: eb.ref('excluded.place'),
          x: eb.ref('excluded.x'),
          y: eb.ref('excluded.y'),
          address: eb.ref('excluded.address'),
          username: eb.ref('excluded.username'),
          settings: eb.ref('excluded.settings'),
          secret_hash: eb.fn.coalesce('excluded.secret_hash', 'devices.secret_hash'),
          secret_sealed: eb.fn.coalesce('excluded.secret_sealed', 'devices.secret_sealed'),
        })),
      )
      .execute()
  }
}

export const saveSecretHash = (db: Database, deviceId: string, secretHash: string) =>
  db.updateTable('devices').set({ secret_hash: secretHash }).where('id', '=', deviceId).execute()

type Told = Partial<
  Pick<DeviceRow, 'online' | 'online_changed_at' | 'absence_told' | 'capabilities' | 'readings' | 'readings_at'>
>

/** Writes what a gateway tells of a device of its own compound; answers whether it has such a device. */
export async function tell(
  db: Database,
  { deviceId, compoundId }: { readonly deviceId: string; readonly compoundId: string },
  values: Told,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('devices')
    .set(values)
    .where('id', '=', deviceId)
    .where('compound_id', '=', compoundId)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function onlineIdsOf(db: Database, compoundId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('devices')
    .select('id')
    .where('compound_id', '=', compoundId)
    .where('online', '=', 1)
    .execute()
  return rows.map(({ id }) => id)
}

export async function lastReadings(db: Database, compoundId: string, deviceIds: readonly string[]) {
  if (deviceIds.length === 0) return []
  const rows = await db
    .selectFrom('devices')
    .select(['id', 'readings', 'readings_at'])
    .where('compound_id', '=', compoundId)
    .where('id', 'in', deviceIds.slice(0, rowsPerInsert))
    .execute()
  return rows.map(({ id, readings, readings_at }) => ({
    id,
    readings: fromJson(readings),
    at: readings_at ?? 0,
  }))
}

export const listUntoldAbsences = (db: Database, gatewayOnlineSince: number) =>
  db
    .selectFrom('devices')
    .innerJoin('gateways', 'gateways.compound_id', 'devices.compound_id')
    .select(['devices.id', 'devices.compound_id', 'devices.online_changed_at'])
    .where('devices.online', '=', 0)
    .where('devices.absence_told', '=', 0)
    // A device that was never there is not missed.
    .where('devices.online_changed_at', 'is not', null)
    .where('gateways.online', '=', 1)
    .where('gateways.online_changed_at', '<=', gatewayOnlineSince)
    .execute()
