import type { Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import type { MediaRow } from '../../database/tables.ts'

/** The same picture may belong to several compounds; each time it is brought counts once. */
export const saveMedia = (db: Database, media: MediaRow) =>
  db
    .insertInto('media')
    .values(media)
    .onConflict((conflict) => conflict.columns(['sha256', 'compound_id']).doNothing())
    .execute()

export const findMedia = (db: Database, sha256: string, scope: Scope) =>
  db
    .selectFrom('media')
    .selectAll()
    .where('sha256', '=', sha256)
    .where('compound_id', 'in', compoundsWithin(scope))
    .orderBy('compound_id')
    .executeTakeFirst()
