import type { LaneRaise } from '../../contract/index.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import type { LaneRaiseRow } from '../../database/parking-tables.ts'
import { laneRaiseNotFound, ownRaise, raiseReviewed } from '../../errors.ts'
import * as repo from './raises.repo.ts'

export interface RaiseReviewPorts {
  readonly db: Database
  readonly clock: Clock
}

type Filter = Omit<repo.RaiseFilter, 'scope' | 'limit'> & { readonly limit?: number }
interface Review {
  readonly verdict: 'right' | 'wrong'
  readonly note?: string
}

/** Looking at the raises of a shift, and judging those of others. */
export function createRaiseReviewService({ db, clock }: RaiseReviewPorts) {
  async function find(caller: Caller, raiseId: string): Promise<LaneRaiseRow> {
    const raise = await repo.findRaise(db, raiseId, caller.scope)
    if (!raise) throw laneRaiseNotFound(raiseId)
    return raise
  }

  return {
    list: (caller: Caller, filter: Filter) => repo.listRaises(db, { limit: 200, ...filter, scope: caller.scope }),

    async review(caller: Caller, raiseId: string, { verdict, note }: Review): Promise<LaneRaise> {
      const before = await find(caller, raiseId)
      if (before.raised_by === caller.username) throw ownRaise()
      const reviewed = await repo.reviewRaise(db, raiseId, {
        ...{ reviewed_by: caller.username, reviewed_at: clock.now(), verdict, review_note: note ?? null },
      })
      if (!reviewed) throw raiseReviewed((await find(caller, raiseId)).reviewed_by ?? 'Somebody')
      return reviewed
    },
  }
}
