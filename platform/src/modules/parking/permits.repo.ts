import type { Permit, Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import type { PermitRow } from '../../database/tables.ts'
import { fromJson, present, toJson } from '../../database/values.ts'

/** SQLite takes 32,766 parameters in one statement. */
const rowsPerInsert = 1000

const toPermit = (row: PermitRow): Permit => ({
  plate: row.plate,
  kind: row.kind as Permit['kind'],
  holder: row.holder,
  ...present({ validFrom: row.valid_from, validUntil: row.valid_until, groupId: row.group_id, spaces: row.spaces }),
  ...(row.lapse_from !== null && row.lapse_to !== null && { lapse: { from: row.lapse_from, to: row.lapse_to } }),
  ...(row.lane_ids !== null && { laneIds: fromJson(row.lane_ids) }),
})

export async function listPermits(db: Database, compoundId: string): Promise<Permit[]> {
  const rows = await db
    .selectFrom('permits')
    .selectAll()
    .where('compound_id', '=', compoundId)
    .orderBy('plate')
    .execute()
  return rows.map(toPermit)
}

export async function permitsOf(db: Database, compoundId: string, plates: readonly string[]): Promise<Permit[]> {
  if (plates.length === 0) return []
  const rows = await db
    .selectFrom('permits')
    .selectAll()
    .where('compound_id', '=', compoundId)
    .where('plate', 'in', plates)
    .execute()
  return rows.map(toPermit)
}

export async function addPermits(db: Database, compoundId: string, permits: readonly Permit[]): Promise<void> {
  for (let start = 0; start < permits.length; start += rowsPerInsert) {
    const rows = permits.slice(start, start + rowsPerInsert).map((permit) => ({
      compound_id: compoundId,
      plate: permit.plate,
      kind: permit.kind,
      holder: permit.holder,
      valid_from: permit.validFrom ?? null,
      valid_until: permit.validUntil ?? null,
      lapse_from: permit.lapse?.from ?? null,
      lapse_to: permit.lapse?.to ?? null,
      group_id: permit.groupId ?? null,
      spaces: permit.spaces ?? null,
      lane_ids: permit.laneIds ? toJson(permit.laneIds) : null,
    }))
    await db.insertInto('permits').values(rows).execute()
  }
}

/** Whoever changes a permit because of something else does so one after the other. */
export const lockPermit = (db: Database, compoundId: string, plate: string) =>
  db
    .updateTable('permits')
    .set((eb) => ({ kind: eb.ref('kind') }))
    .where('compound_id', '=', compoundId)
    .where('plate', '=', plate)
    .execute()

/** Writes the new end of a permit. */
export const prolongPermit = (
  db: Database,
  { compoundId, plate }: { readonly compoundId: string; readonly plate: string },
  { validUntil, lapse }: Pick<Permit, 'validUntil' | 'lapse'>,
) =>
  db
    .updateTable('permits')
    .set({ valid_until: validUntil ?? null, ...(lapse && { lapse_from: lapse.from, lapse_to: lapse.to }) })
    .where('compound_id', '=', compoundId)
    .where('plate', '=', plate)
    .execute()

export async function removePermits(db: Database, compoundId: string, plates: readonly string[]): Promise<void> {
  for (let start = 0; start < plates.length; start += rowsPerInsert)
    await db
      .deleteFrom('permits')
      .where('compound_id', '=', compoundId)
      .where('plate', 'in', plates.slice(start, start + rowsPerInsert))
      .execute()
}

/** Lets nobody else change the permits of a compound until this transaction ends. SQLite has no `for update`. */
export const holdPermits = (db: Database, compoundId: string) =>
  db
    .updateTable('compounds')
    .set((eb) => ({ name: eb.ref('name') }))
    .where('id', '=', compoundId)
    .execute()

/** All cars of a group share the same number of spaces. */
export const alignGroup = (db: Database, compoundId: string, { groupId, spaces }: Pick<Permit, 'groupId' | 'spaces'>) =>
  db
    .updateTable('permits')
    .set({ spaces: spaces ?? null })
    .where('compound_id', '=', compoundId)
    .where('group_id', '=', groupId ?? '')
    .execute()

export async function replacePermits(db: Database, compoundId: string, permits: readonly Permit[]): Promise<void> {
  await db.deleteFrom('permits').where('compound_id', '=', compoundId).execute()
  await addPermits(db, compoundId, permits)
}

export interface ExpiryFilter {
  readonly scope: Scope
  readonly compoundId?: string | undefined
  readonly from: number
  readonly to: number
}

export async function listExpiring(db: Database, { scope, compoundId, from, to }: ExpiryFilter, limit: number) {
  let query = db
    .selectFrom('permits')
    .selectAll()
    .where('valid_until', '>=', from)
    .where('valid_until', '<', to)
    .where('kind', '<>', 'blacklist')
    .where('compound_id', 'in', compoundsWithin(scope))
  if (compoundId !== undefined) query = query.where('compound_id', '=', compoundId)
  const rows = await query.orderBy('valid_until').orderBy('plate').limit(limit).execute()
  return rows.map((row) => ({ compoundId: row.compound_id, permit: toPermit(row) }))
}
