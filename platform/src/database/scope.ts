import { expressionBuilder } from 'kysely'
import type { Scope } from '../contract/index.ts'
import type { Tables } from './tables.ts'

/** The compounds that a scope covers, for `where('compound_id', 'in', …)`. The empty scope covers all. */
export function compoundsWithin(scope: Scope) {
  const compounds = expressionBuilder<Tables>().selectFrom('compounds').select('compounds.id')
  if (scope === '') return compounds
  // A scope is made of a-z, 0-9, - and / only, so nothing in it is a wildcard.
  return compounds.where((eb) => eb.or([eb('compounds.path', '=', scope), eb('compounds.path', 'like', `${scope}/%`)]))
}
