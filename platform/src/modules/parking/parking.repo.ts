import type { Passage, Permit } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import type { PassageRow, PermitRow } from '../../database/tables.ts'
import { present, toFlag } from '../../database/values.ts'
import type { Scope } from '../../contract/index.ts'

/** SQLite takes 32,766 parameters in one statement. */
const rowsPerInsert = 2000

const toPermit = (row: PermitRow): Permit => ({
  plate: row.plate,
  kind: row.kind as Permit['kind'],
  holder: row.holder,
  ...present({ validFrom: row.valid_from, validUntil: row.valid_until }),
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

export async function replacePermits(db: Database, compoundId: string, permits: readonly Permit[]): Promise<void> {
  await db.deleteFrom('permits').where('compound_id', '=', compoundId).execute()
  for (let start = 0; start < permits.length; start += rowsPerInsert) {
    const rows = permits.slice(start, start + rowsPerInsert).map((permit) => ({
      compound_id: compoundId,
      plate: permit.plate,
      kind: permit.kind,
      holder: permit.holder,
      valid_from: permit.validFrom ?? null,
      valid_until: permit.validUntil ?? null,
    }))
    await db.insertInto('permits').values(rows).execute()
  }
}

const toPassage = (row: PassageRow): Passage => ({
  id: row.id,
  compoundId: row.compound_id,
  deviceId: row.device_id,
  at: row.at,
  late: row.late === 1,
  direction: row.direction as Passage['direction'],
  rawPlate: row.raw_plate,
  decision: row.decision as Passage['decision'],
  rule: row.rule,
  reason: row.reason,
  ...present({ matchedPlate: row.matched_plate, picture: row.picture }),
})

export async function insertPassage(db: Database, passage: Passage): Promise<void> {
  await db
    .insertInto('passages')
    .values({
      id: passage.id,
      compound_id: passage.compoundId,
      device_id: passage.deviceId,
      at: passage.at,
      late: toFlag(passage.late),
      direction: passage.direction,
      raw_plate: passage.rawPlate,
      matched_plate: passage.matchedPlate ?? null,
      decision: passage.decision,
      rule: passage.rule,
      reason: passage.reason,
      picture: passage.picture ?? null,
    })
    .execute()
}

export interface PassageFilter {
  readonly scope: Scope
  readonly compoundId?: string | undefined
  readonly before?: number | undefined
  readonly limit: number
}

export async function listPassages(db: Database, filter: PassageFilter): Promise<Passage[]> {
  let query = db.selectFrom('passages').selectAll().where('compound_id', 'in', compoundsWithin(filter.scope))
  if (filter.compoundId !== undefined) query = query.where('compound_id', '=', filter.compoundId)
  if (filter.before !== undefined) query = query.where('at', '<', filter.before)
  const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(filter.limit).execute()
  return rows.map(toPassage)
}
