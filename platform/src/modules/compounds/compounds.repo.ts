import type { Compound, Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import type { CompoundRow } from '../../database/tables.ts'
import { fromJson, toJson } from '../../database/values.ts'

const toCompound = ({ id, name, path, plan }: CompoundRow): Compound => ({
  id,
  name,
  path,
  ...(plan !== null && { plan: fromJson(plan) }),
})

export async function listCompounds(db: Database, scope: Scope): Promise<Compound[]> {
  const rows = await db
    .selectFrom('compounds')
    .selectAll()
    .where('id', 'in', compoundsWithin(scope))
    .orderBy('path')
    .orderBy('id')
    .execute()
  return rows.map(toCompound)
}

export async function findCompound(db: Database, compoundId: string): Promise<Compound | undefined> {
  const row = await db.selectFrom('compounds').selectAll().where('id', '=', compoundId).executeTakeFirst()
  return row && toCompound(row)
}

export async function saveCompound(db: Database, { id, name, path, plan }: Compound): Promise<void> {
  const values = { name, path, plan: plan ? toJson(plan) : null }
  await db
    .insertInto('compounds')
    .values({ id, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute()
}
