import type { ParkingRules } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { fromJson, present, toJson } from '../../database/values.ts'
import { defaultLanePolicy, type Tariff } from '../../domain/index.ts'

export type LotRules = Omit<ParkingRules, 'tariffs'>

export async function findRules(db: Database, compoundId: string): Promise<LotRules | undefined> {
  const row = await db.selectFrom('parking_rules').selectAll().where('compound_id', '=', compoundId).executeTakeFirst()
  if (!row) return undefined
  return {
    ...{ policy: fromJson(row.policy), lanes: fromJson(row.lanes) },
    ...present({ capacity: row.capacity }),
    ...(row.monthly !== null && { monthly: fromJson(row.monthly) }),
  }
}

export async function saveRules(db: Database, compoundId: string, rules: LotRules): Promise<void> {
  const values = {
    ...{ capacity: rules.capacity ?? null, policy: toJson(rules.policy), lanes: toJson(rules.lanes) },
    monthly: rules.monthly ? toJson(rules.monthly) : null,
  }
  await db
    .insertInto('parking_rules')
    .values({ compound_id: compoundId, ...values })
    .onConflict((conflict) => conflict.column('compound_id').doUpdateSet(values))
    .execute()
}

/** Versions of the tariff, the newest last. */
export async function listTariffs(db: Database, compoundId: string): Promise<Tariff[]> {
  const rows = await db
    .selectFrom('parking_tariffs')
    .select('tariff')
    .where('compound_id', '=', compoundId)
    .orderBy('version')
    .execute()
  return rows.map(({ tariff }): Tariff => fromJson(tariff))
}

/** Answers whether the version was still free. */
export async function addTariff(db: Database, compoundId: string, tariff: Tariff): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('parking_tariffs')
    .values({
      compound_id: compoundId,
      version: tariff.version,
      tariff: toJson(tariff),
      valid_from: tariff.validFrom,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}

const noRules: LotRules = { policy: defaultLanePolicy, lanes: {} }
/** As many as a gateway takes; older ones priced stays that have long ended. */
const mostTariffs = 100

export async function rulesOf(db: Database, compoundId: string): Promise<ParkingRules> {
  const [rules, tariffs] = [await findRules(db, compoundId), await listTariffs(db, compoundId)]
  return { ...(rules ?? noRules), tariffs: tariffs.slice(-mostTariffs) }
}
