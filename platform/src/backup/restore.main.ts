import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { migrationNames } from '../database/database.ts'
import { AppError } from '../errors.ts'
import { partNames, restoreBackup } from './restore.ts'

const usage = `npm run restore -- --from <file.tar.gz or folder> [--data <folder>] [--part platform|gateway]
  [--passphrase-file <file>] [--force]
Restores into GATEHOUSE_DATA (default ./data) and DATABASE_URL. With --force what is there is moved aside.
`

const isPart = (name: string) => partNames.some((part) => part === name)

async function run() {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      data: { type: 'string' },
      part: { type: 'string' },
      'passphrase-file': { type: 'string' },
      force: { type: 'boolean', default: false },
    },
  })
  if (values.from === undefined || (values.part !== undefined && !isPart(values.part))) {
    process.stderr.write(usage)
    process.exitCode = 2
    return
  }
  const file = values['passphrase-file']
  const part = partNames.find((name) => name === values.part)
  const { manifest, movedAside } = await restoreBackup({
    from: values.from,
    data: values.data ?? process.env['GATEHOUSE_DATA'] ?? './data',
    databaseUrl: process.env['DATABASE_URL'],
    passphrase: file === undefined ? undefined : (await readFile(file, 'utf8')).trim(),
    part,
    force: values.force,
    migrations: migrationNames,
  })
  const { createdAt, platform, gateway } = manifest
  const summary = { asOf: new Date(createdAt).toISOString(), movedAside, platform, gateway }
  process.stdout.write(`${JSON.stringify(summary, undefined, 1)}\n`)
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof AppError ? error.message : String((error as Error).stack)}\n`)
  process.exitCode = 1
})
