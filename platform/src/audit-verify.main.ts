import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { loadConfig, type PlatformConfig } from './config.ts'
import { createMetrics } from './core/metrics.ts'
import type { AuditProblem } from './contract/index.ts'
import { openExisting, type Database } from './database/database.ts'
import { readAnchors } from './modules/audit/anchors.ts'
import { createAuditTrail } from './modules/audit/audit-trail.ts'
import { verifyDatabase, type VerifyRange } from './modules/audit/verify-database.ts'
import type { DayReport, VerifyReport } from './modules/audit/verify.ts'

const usage = `Verifies the audit log: finds entries that were changed, put in, taken out, moved or cut off.

  npm run audit:verify [-- --from YYYY-MM-DD] [--to YYYY-MM-DD]

Reads GATEHOUSE_DATA and DATABASE_URL like the platform, which may be running. Days are UTC.
Ends with 0 when everything is as it was written, with 1 when something is not, with 2 when it could not be verified.
`
const couldNotVerify = 2

const isDay = (day: string | undefined) =>
  day === undefined || (/^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)))

function readRange(): VerifyRange | undefined {
  const { values } = parseArgs({ options: { from: { type: 'string' }, to: { type: 'string' } } })
  return isDay(values.from) && isDay(values.to) ? values : undefined
}

const say = (line: string) => process.stdout.write(`${line}\n`)

function sayProblem({ message, at, actor, action }: AuditProblem) {
  const who = at === undefined ? '' : ` (${new Date(at).toISOString()}, ${actor ?? ''}, ${action ?? ''})`
  say(`  ${message}${who}`)
}

function sayDay({ day, entries, problem }: DayReport) {
  say(`${day}  ${String(entries).padStart(8)} entries  ${problem ? 'NOT AS IT WAS WRITTEN' : 'ok'}`)
  if (problem) sayProblem(problem)
}

function sayEnd({ entries, anchors, problems }: VerifyReport) {
  for (const problem of problems.filter(({ day }) => day === '')) sayProblem(problem)
  const verdict = problems.length === 0 ? 'The chain is whole' : `Problems found: ${problems.length}`
  say(`${verdict}: ${entries} entries, ${anchors} of them confirmed by anchors.`)
}

/** That somebody verified is worth an entry itself; that it cannot be written changes nothing about the result. */
async function leaveEntry(db: Database, { entries, problems }: VerifyReport) {
  const trail = createAuditTrail({ db, clock: Date, metrics: createMetrics(), logger: pino({ level: 'silent' }) })
  const outcome = problems.length === 0 ? 'done' : 'failed'
  await trail
    .append({ actor: 'system', action: 'audit.verify', outcome, details: { entries, problems: problems.length } })
    .catch(() => say('(This verification could not be written into the log.)'))
  await trail.close()
}

async function verify(config: PlatformConfig, range: VerifyRange): Promise<boolean> {
  const folder = resolve(config.GATEHOUSE_DATA, 'platform')
  const db = openExisting({ url: config.DATABASE_URL, folder, onIdleError: () => undefined })
  try {
    const report = await verifyDatabase({ db, readAnchors: () => readAnchors(folder), onDay: sayDay }, range)
    sayEnd(report)
    await leaveEntry(db, report)
    return report.problems.length === 0
  } finally {
    await db.destroy()
  }
}

async function run() {
  const range = readRange()
  if (!range) {
    process.stderr.write(usage)
    process.exitCode = couldNotVerify
    return
  }
  process.exitCode = (await verify(loadConfig(process.env), range)) ? 0 : 1
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = couldNotVerify
})
