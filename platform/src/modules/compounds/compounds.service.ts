import { covers, type Compound, type Scope } from '../../contract/index.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { compoundNotFound, outOfScope } from '../../errors.ts'
import * as repo from './compounds.repo.ts'

/** How long another process may go on with the old path of a compound that was moved. */
const pathMemoryMs = 10_000

export function createCompoundsService({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  const paths = new Map<string, { readonly path: Scope; readonly until: number }>()

  function remember({ id, path }: Compound) {
    paths.set(id, { path, until: clock.now() + pathMemoryMs })
  }

  return {
    /** For the house itself; people ask `get`. */
    find: (compoundId: string) => repo.findCompound(db, compoundId),

    list: (caller: Caller) => repo.listCompounds(db, caller.scope),

    /** The compound, if it exists and the caller may know of it. */
    async get(caller: Caller, compoundId: string): Promise<Compound> {
      const compound = await repo.findCompound(db, compoundId)
      if (!compound || !covers(caller.scope, compound.path)) throw compoundNotFound(compoundId)
      return compound
    },

    async put(caller: Caller, compound: Compound): Promise<Compound> {
      const before = await repo.findCompound(db, compound.id)
      if (before && !covers(caller.scope, before.path)) throw compoundNotFound(compound.id)
      if (!covers(caller.scope, compound.path)) throw outOfScope()
      await repo.saveCompound(db, compound)
      remember(compound)
      return compound
    },

    /** Where the compound lies; asked for every event that goes to consoles. */
    async pathOf(compoundId: string): Promise<Scope | undefined> {
      const known = paths.get(compoundId)
      if (known && known.until > clock.now()) return known.path
      const compound = await repo.findCompound(db, compoundId)
      if (compound) remember(compound)
      return compound?.path
    },
  }
}

export type CompoundsService = ReturnType<typeof createCompoundsService>
