import type { Database } from '../../database/database.ts'
import type { AnchorLine } from './anchors.ts'
import * as repo from './audit.repo.ts'
import { beginning } from './chain.ts'
import { verifyChain, type DayReport, type VerifyReport } from './verify.ts'

export interface VerifyRange {
  /** Days, both included; UTC as in the chain. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export interface VerifyPorts {
  readonly db: Database
  /** What the anchor file holds now. */
  readonly readAnchors: () => Promise<AsyncIterable<AnchorLine>>
  readonly onDay?: (report: DayReport) => void
}

const dayAfter = (day: string) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)

/** Verifies what is stored, also while it grows. */
export async function verifyDatabase(
  { db, readAnchors, onDay = () => undefined }: VerifyPorts,
  { from, to }: VerifyRange = {},
): Promise<VerifyReport> {
  // Anchors first: every entry that they speak of was stored before them.
  const anchors = await readAnchors()
  const newest = (await repo.tailOf(db)).number
  const firstAfter = to === undefined ? undefined : await repo.firstOfDay(db, dayAfter(to))
  const last = firstAfter === undefined ? newest : firstAfter - 1
  // From the very beginning also numbers count that no entry should have.
  const first = from === undefined ? Number.MIN_SAFE_INTEGER : ((await repo.firstOfDay(db, from)) ?? newest + 1)
  return verifyChain({
    start: from === undefined ? beginning : await repo.before(db, first),
    pages: repo.pagesOf(db, first, last),
    lookup: repo.lookupIn(db),
    anchors,
    toTheEnd: firstAfter === undefined,
    onDay,
  })
}
