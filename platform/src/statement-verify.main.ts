import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig, type PlatformConfig } from './config.ts'
import { createTimeZone } from './core/time-zone.ts'
import { openExisting } from './database/database.ts'
import { yuan } from './domain/index.ts'
import { verifyStatement, type StatementReport } from './modules/ledger/verify-statement.ts'

const usage = `Recomputes a statement from what gateways have told and providers have taken, not from the ledger.

  npm run statement:verify -- YYYY-MM <compound>

Reads GATEHOUSE_DATA, DATABASE_URL and GATEHOUSE_TIME_ZONE like the platform, which may be running.
Ends with 0 when both agree to the fen, with 1 when they do not, with 2 when it could not be verified.
`
const couldNotVerify = 2

const figures = [
  ...(['feeFen', 'renewalFen', 'waivedFen', 'debtFen'] as const),
  ...(['receivedFen', 'refundedFen', 'distributableFen'] as const),
]

const say = (line: string) => process.stdout.write(`${line}\n`)

function sayReport({ booked, recomputed, differences, isRight }: StatementReport) {
  for (const name of figures)
    say(
      `${name.slice(0, -3).padEnd(14)} ledger ${yuan(booked[name]).padStart(12)}  recomputed ${yuan(recomputed[name])}`,
    )
  for (const { entryId, problem } of differences) say(`  ${problem}: ${entryId}`)
  if (booked.imbalanceFen !== 0) say(`  the entries do not add up: ${yuan(booked.imbalanceFen)}`)
  say(isRight ? 'Both agree.' : 'They do not agree.')
}

async function verify(config: PlatformConfig, month: string, compoundId: string): Promise<boolean> {
  const folder = resolve(config.GATEHOUSE_DATA, 'platform')
  const db = openExisting({ url: config.DATABASE_URL, folder, onIdleError: () => undefined })
  try {
    const compound = await db
      .selectFrom('compounds')
      .select(['id', 'name'])
      .where('id', '=', compoundId)
      .executeTakeFirst()
    if (!compound) throw new Error(`No compound "${compoundId}" is known`)
    const report = await verifyStatement(db, { compound, month, zone: createTimeZone(config.GATEHOUSE_TIME_ZONE) })
    sayReport(report)
    return report.isRight
  } finally {
    await db.destroy()
  }
}

async function run() {
  const { positionals } = parseArgs({ allowPositionals: true })
  const [month = '', compoundId = ''] = positionals
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month) || compoundId === '') {
    process.stderr.write(usage)
    process.exitCode = couldNotVerify
    return
  }
  process.exitCode = (await verify(loadConfig(process.env), month, compoundId)) ? 0 : 1
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = couldNotVerify
})
