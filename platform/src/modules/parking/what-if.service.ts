import type { ParkingSessionEntry, Permit, TariffDraft, WhatIf } from '../../contract/index.ts'
import { createBreathing } from '../../core/breathing.ts'
import type { Caller } from '../../core/ports.ts'
import { createTimeZone } from '../../core/time-zone.ts'
import type { Database } from '../../database/database.ts'
import type { Tariff } from '../../domain/index.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import { permitsOf } from './permits.repo.ts'
import { listTariffs } from './rules.repo.ts'
import { refuseBadTariff } from './rules.service.ts'
import type { CreditsPort } from './sessions.service.ts'
import { quoteStay, type SessionCredit } from './stay-quote.ts'
import { createWhatIfSums } from './what-if-sums.ts'
import * as repo from './what-if.repo.ts'

export interface WhatIfPorts {
  readonly db: Database
  readonly compounds: CompoundsService
  readonly credits: CreditsPort
  readonly timeZone: string
}

/** So many stays are read at a time: few enough that reading them keeps nobody waiting. */
const staysPerChunk = 200

interface Replayed {
  readonly session: ParkingSessionEntry
  readonly leftAt: number
  readonly tariffs: readonly Tariff[]
  readonly permits: readonly Permit[]
  readonly credits: readonly SessionCredit[]
}

/**
 * What a stay would have cost. Whoever paid and left within the grace is charged up to the payment, as in reality; what
 * was paid then is otherwise left out, because under the draft it would have been another amount.
 */
export function draftFeeOf({ session, leftAt, tariffs, permits, credits }: Replayed, draft: Tariff): number {
  const real = quoteStay(session, { tariffs, permits, credits }, leftAt)
  const until = real.leaveBy === undefined ? leftAt : (real.coveredUntil ?? leftAt)
  const stay = { ...session, tariffVersion: draft.version }
  return quoteStay(stay, { tariffs: [draft], permits, credits: [] }, until).totalFen
}

/** Replays what really happened under a tariff that is only an idea. */
export function createWhatIfService({ db, compounds, credits, timeZone }: WhatIfPorts) {
  const zone = createTimeZone(timeZone)

  /** Calls `each` for the stays that ended in the span; others have their turn in between. */
  async function replay(span: repo.EndedSpan, each: (stay: Replayed) => void): Promise<void> {
    const tariffs = await listTariffs(db, span.compoundId)
    const breathe = createBreathing()
    let last: ParkingSessionEntry | undefined
    for (;;) {
      const chunk = await repo.endedAfter(db, span, { after: last, limit: staysPerChunk })
      const plates = [...new Set(chunk.map(({ plate }) => plate).filter((plate) => plate !== ''))]
      const permits = Map.groupBy(await permitsOf(db, span.compoundId, plates), ({ plate }) => plate)
      const paid = await credits.creditsOf(
        db,
        chunk.map(({ sessionId }) => sessionId),
      )
      for (const session of chunk) {
        await breathe()
        const known = { permits: permits.get(session.plate) ?? [], credits: paid.get(session.sessionId) ?? [] }
        each({ session, leftAt: session.leftAt ?? session.enteredAt, tariffs, ...known })
      }
      last = chunk.at(-1)
      if (chunk.length < staysPerChunk) return
    }
  }

  return {
    async replay(
      caller: Caller,
      compoundId: string,
      { month, draft }: { readonly month: string; readonly draft: TariffDraft },
    ): Promise<WhatIf> {
      await compounds.get(caller, compoundId)
      refuseBadTariff(draft)
      const span = { compoundId, ...zone.month(month) }
      const tariff: Tariff = { ...draft, tariffId: 'draft', version: 1 }
      const sums = createWhatIfSums(zone.dayOf)
      await replay(span, (stay) => {
        const { sessionId, plate, enteredAt, feeFen } = stay.session
        const draftFen = draftFeeOf(stay, tariff)
        sums.add({ sessionId, plate, enteredAt, leftAt: stay.leftAt, chargedFen: feeFen, draftFen })
      })
      return { from: span.from, to: span.to, ...sums.result() }
    },
  }
}

export type WhatIfService = ReturnType<typeof createWhatIfService>
