import type { ParkingStatement } from '../../contract/index.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import type { RecordHandler } from '../../core/records.ts'
import { createTimeZone } from '../../core/time-zone.ts'
import type { Database } from '../../database/database.ts'
import { isWholeShare, type RevenueShare } from '../../domain/index.ts'
import { shareBackdated, shareNotWhole, shareTaken } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import { bookClosing, bookPayment, bookRefund, bookRenewal } from './bookkeeping.ts'
import * as repo from './ledger.repo.ts'
import { toCsv } from './statement-csv.ts'
import { statementPdf } from './statement-pdf.ts'
import { statementOf } from './statement.ts'

export interface LedgerPorts {
  readonly db: Database
  readonly clock: Clock
  readonly compounds: CompoundsService
  readonly timeZone: string
}

type Filter = Omit<repo.LedgerFilter, 'scope' | 'limit' | 'compoundId'> & { readonly limit?: number }

/** The books of parking: they only grow, and every entry adds up to nothing. */
export function createLedgerService({ db, clock, compounds, timeZone }: LedgerPorts) {
  const zone = createTimeZone(timeZone)

  async function monthOf(caller: Caller, compoundId: string, month: string) {
    const compound = await compounds.get(caller, compoundId)
    const entries = await repo.entriesBetween(db, compoundId, zone.month(month))
    return { compound, month, entries, shares: await repo.listShares(db, compoundId), zone }
  }

  const handle: RecordHandler = async (record, context) => {
    if (record.type !== 'parking.session-closed') return
    await bookClosing(context.db, record.body, { compoundId: context.compoundId, now: context.receivedAt })
  }

  return {
    handle,
    /** For whoever takes money or gives it back, in the transaction that says so. */
    ...{ bookPayment, bookRefund, bookRenewal },

    async list(caller: Caller, compoundId: string, filter: Filter) {
      await compounds.get(caller, compoundId)
      return repo.listEntries(db, { limit: 200, ...filter, compoundId, scope: caller.scope })
    },

    statement: async (caller: Caller, compoundId: string, month: string): Promise<ParkingStatement> =>
      statementOf(await monthOf(caller, compoundId, month)),

    async export(caller: Caller, compoundId: string, { month, format }: { month: string; format: 'csv' | 'pdf' }) {
      const input = await monthOf(caller, compoundId, month)
      return format === 'csv'
        ? { type: 'text/csv; charset=utf-8', body: Buffer.from(toCsv(input.entries)) }
        : { type: 'application/pdf', body: statementPdf(statementOf(input)) }
    },

    async shares(caller: Caller, compoundId: string): Promise<RevenueShare[]> {
      await compounds.get(caller, compoundId)
      return repo.listShares(db, compoundId)
    },

    /** From the next month that begins at or after `validFrom`; what months before were shared by stays. */
    async agree(caller: Caller, compoundId: string, draft: Omit<RevenueShare, 'version'>): Promise<RevenueShare> {
      await compounds.get(caller, compoundId)
      if (!isWholeShare(draft)) throw shareNotWhole()
      const [before, thisMonth] = [await repo.listShares(db, compoundId), zone.dayOf(clock.now()).slice(0, 7)]
      if (before.length > 0 && draft.validFrom < zone.month(thisMonth).from) throw shareBackdated()
      const share = { ...draft, version: (before.at(-1)?.version ?? 0) + 1 }
      if (!(await repo.insertShare(db, compoundId, share))) throw shareTaken()
      return share
    },
  }
}

export type LedgerService = ReturnType<typeof createLedgerService>
