import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { AuditFilter, AuditLogEntry, AuditPage } from '../../contract/index.ts'
import type { Caller } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { fromJson, present } from '../../database/values.ts'
import { auditRangeTooLong } from '../../errors.ts'
import * as repo from './audit-list.repo.ts'
import type { ChainedEntry } from './chain.ts'
import { formats, type ExportFormat } from './export-format.ts'

/** A look through so many entries takes a few milliseconds, also when none of them is wanted. */
const entriesPerLook = 10_000
/** After this a page goes out with what was found, and says where to go on. */
const patienceMs = 500
const longestExportMs = 366 * 86_400_000
const day = 86_400_000

export const toLogEntry = (entry: ChainedEntry): AuditLogEntry => ({
  ...{ number: entry.number, day: entry.day, at: entry.at, actor: entry.actor, action: entry.action },
  ...present({ target: entry.target, compoundId: entry.compoundId, address: entry.address, reason: entry.reason }),
  ...{ outcome: entry.outcome as AuditLogEntry['outcome'], details: fromJson(entry.details), hash: entry.hash },
})

export interface ListRequest extends AuditFilter {
  readonly before?: number
  readonly limit?: number
}

export interface ExportRequest extends AuditFilter {
  readonly from: number
  readonly to: number
  readonly format: ExportFormat
}

/** The audit log as people read it, inside their scope. */
export function createAuditService({ db }: { readonly db: Database }) {
  async function* exported({ scope }: Caller, { format, ...filter }: ExportRequest): AsyncGenerator<string> {
    const { head, line } = formats[format]
    yield head
    const span = await repo.spanOf(db, filter)
    for (let first = span.first; first <= span.last; first += entriesPerLook) {
      const last = Math.min(first + entriesPerLook - 1, span.last)
      // The window bounds what one answer holds, so that the file is as long as it has to be and memory is not.
      const by = { filter, scope, limit: entriesPerLook, order: 'asc' } as const
      const entries = await repo.entriesIn(db, { first, last }, by)
      if (entries.length > 0) yield entries.map((entry) => line(toLogEntry(entry))).join('')
      await setImmediate()
    }
  }

  return {
    async list({ scope }: Caller, { before, limit = 100, ...filter }: ListRequest): Promise<AuditPage> {
      const span = await repo.spanOf(db, filter)
      const started = performance.now()
      const entries: ChainedEntry[] = []
      let last = Math.min(span.last, (before ?? Infinity) - 1)
      while (last >= span.first && entries.length < limit && performance.now() - started < patienceMs) {
        const first = Math.max(span.first, last - entriesPerLook + 1)
        const by = { filter, scope, limit: limit - entries.length, order: 'desc' } as const
        entries.push(...(await repo.entriesIn(db, { first, last }, by)))
        last = entries.length < limit ? first - 1 : (entries.at(-1)?.number ?? first) - 1
        await setImmediate()
      }
      return { entries: entries.map(toLogEntry), ...(last >= span.first && { before: last + 1 }) }
    },

    /** Oldest first, a piece at a time. */
    export(caller: Caller, request: ExportRequest): Readable {
      if (request.to - request.from > longestExportMs) throw auditRangeTooLong(longestExportMs / day)
      return Readable.from(exported(caller, request), { objectMode: false })
    },
  }
}

export type AuditService = ReturnType<typeof createAuditService>
