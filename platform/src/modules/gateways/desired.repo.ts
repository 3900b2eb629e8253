import type { DesiredArea } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { toJson } from '../../database/values.ts'

/** One more revision of an area of a compound; answers its number. */
export async function nextRevision(
  db: Database,
  { compoundId, area, now }: { readonly compoundId: string; readonly area: DesiredArea; readonly now: number },
): Promise<number> {
  const { revision } = await db
    .insertInto('desired_revisions')
    .values({ compound_id: compoundId, area, revision: 1, changed_at: now })
    .onConflict((conflict) =>
      conflict.columns(['compound_id', 'area']).doUpdateSet((eb) => ({
        revision: eb('desired_revisions.revision', '+', 1),
        changed_at: now,
      })),
    )
    .returning('revision')
    .executeTakeFirstOrThrow()
  return revision
}

/** Makes sure that there is a first revision of every area: an empty list is an answer, too. */
export async function ensureRevisions(
  db: Database,
  {
    compoundId,
    areas,
    now,
  }: { readonly compoundId: string; readonly areas: readonly DesiredArea[]; readonly now: number },
): Promise<void> {
  await db
    .insertInto('desired_revisions')
    .values(areas.map((area) => ({ compound_id: compoundId, area, revision: 1, changed_at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function revisionsOf(db: Database, compoundId: string): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('desired_revisions')
    .select(['area', 'revision'])
    .where('compound_id', '=', compoundId)
    .execute()
  return new Map(rows.map(({ area, revision }) => [area, revision]))
}

export interface AppliedRevision {
  readonly compoundId: string
  readonly area: string
  readonly revision: number
  readonly failed: readonly unknown[]
  readonly at: number
}

export async function saveApplied(db: Database, { compoundId, area, ...applied }: AppliedRevision): Promise<void> {
  const values = { revision: applied.revision, failed: toJson(applied.failed), at: applied.at }
  await db
    .insertInto('desired_applied')
    .values({ compound_id: compoundId, area, ...values })
    .onConflict((conflict) => conflict.columns(['compound_id', 'area']).doUpdateSet(values))
    .execute()
}
