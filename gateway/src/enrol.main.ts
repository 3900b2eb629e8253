#!/usr/bin/env node
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { enrol } from './adapters/identity/enrolment.ts'
import { identityFolder, isPlainAndFar } from './config.ts'
import { AppError } from './errors.ts'

const usage = `Enrols this gateway at a platform: fetches the certificate by which both know each other.

  gatehouse-gateway enrol --platform https://centre.example [--code XXXX-XXXX-…] [--data ./data]

  --platform  address of the platform, as in a browser
  --code      enrolment code from the console; asked for when it is not given
  --data      folder of the gateway; default is GATEHOUSE_DATA or ./data
`

/** Scripts tell by these what to do next. */
const exitCodes: Readonly<Record<string, number>> = {
  NO_ENROLMENT_CODE: 2,
  ENROLMENT_REFUSED: 3,
  PLATFORM_NOT_AUTHENTIC: 4,
  PLATFORM_UNREACHABLE: 5,
}
const wrongUsage = 2

class UsageError extends Error {}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      platform: { type: 'string' },
      code: { type: 'string' },
      data: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help || positionals.some((word) => word !== 'enrol')) throw new UsageError(usage)
  const { platform, code, data } = values
  if (platform === undefined || !/^https?:\/\//.test(platform) || !URL.canParse(platform)) throw new UsageError(usage)
  if (isPlainAndFar(platform)) throw new UsageError('The address of the platform leaves this host: use https://\n')
  return { platformUrl: new URL(platform).origin, code, data }
}

async function askForCode(): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await terminal.question('Enrolment code: ')
  } finally {
    terminal.close()
  }
}

async function run() {
  const { platformUrl, code = await askForCode(), data = process.env.GATEHOUSE_DATA } = readArguments()
  const folder = identityFolder({ GATEHOUSE_DATA: data })
  const { gatewayId, uplinkUrl } = await enrol({ code, platformUrl, folder, now: Date.now })
  process.stdout.write(
    `Enrolled as "${gatewayId}". Start the gateway (again); it will connect to ${uplinkUrl}.\n` +
      `Its key is in ${folder}: keep that folder to itself, and enrol again rather than copy it.\n`,
  )
}

run().catch((error: unknown) => {
  const isExpected = error instanceof AppError || error instanceof UsageError
  process.stderr.write(`${isExpected ? error.message : String((error as Error).stack)}\n`)
  const isArgument = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  if (error instanceof UsageError || isArgument) process.exitCode = wrongUsage
  else process.exitCode = (error instanceof AppError && exitCodes[error.code]) || 1
})
