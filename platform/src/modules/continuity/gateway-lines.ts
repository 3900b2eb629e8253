import type { GatewayContinuity } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import type { GatewayContinuityRow, GatewayRow } from '../../database/tables.ts'
import { fromJson, present } from '../../database/values.ts'
import * as repo from './continuity.repo.ts'
import type { RecordGaps } from './record-gaps.ts'

interface Known {
  readonly report: GatewayContinuityRow | undefined
  readonly totals: GatewayContinuity['totals'] | undefined
  readonly stored: ReturnType<RecordGaps['of']>
}

const nothing = { devices: 0, withGaps: 0, missing: 0, silent: 0 }

const toLine = (row: GatewayRow, { report, totals = nothing, stored }: Known): GatewayContinuity => ({
  gatewayId: row.id,
  compoundId: row.compound_id,
  online: row.online === 1,
  backlog: row.backlog,
  ...present({ lastSeenAt: row.last_seen_at, clockOffsetMs: row.clock_offset_ms, version: row.version }),
  ...(report && { reportedAt: report.reported_at, figures: fromJson(report.figures) }),
  stored: { lastSeq: row.last_seq, ...stored },
  totals,
})

/** Everything that is known of gateways, a line each. */
export async function linesOf(
  db: Database,
  recordGaps: Pick<RecordGaps, 'of'>,
  rows: readonly GatewayRow[],
): Promise<GatewayContinuity[]> {
  const ids = rows.map(({ id }) => id)
  const reports = new Map((await repo.listReports(db, ids)).map((report) => [report.gateway_id, report]))
  const totals = await repo.totalsOf(db, ids)
  return rows.map((row) =>
    toLine(row, {
      report: reports.get(row.id),
      totals: totals.get(row.id),
      stored: recordGaps.of(row.id, row.epoch),
    }),
  )
}
