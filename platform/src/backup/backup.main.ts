import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { AppError } from '../errors.ts'
import { makeBackup } from './backup.ts'

const usage = `npm run backup -- --to <file.tar.gz or folder> [--passphrase-file <file>]
Takes what GATEHOUSE_DATA (default ./data) and DATABASE_URL name, while the servers run.
`

async function run() {
  const { values } = parseArgs({ options: { to: { type: 'string' }, 'passphrase-file': { type: 'string' } } })
  if (values.to === undefined) {
    process.stderr.write(usage)
    process.exitCode = 2
    return
  }
  const file = values['passphrase-file']
  const own = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  const manifest = await makeBackup({
    to: values.to,
    data: process.env['GATEHOUSE_DATA'] ?? './data',
    databaseUrl: process.env['DATABASE_URL'],
    passphrase: file === undefined ? undefined : (await readFile(file, 'utf8')).trim(),
    version: own.version,
  })
  const bytes = manifest.files.reduce((sum, one) => sum + one.bytes, 0)
  const { platform, gateway } = manifest
  process.stdout.write(
    `${JSON.stringify({ to: values.to, files: manifest.files.length, bytes, platform, gateway }, undefined, 1)}\n`,
  )
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof AppError ? error.message : String((error as Error).stack)}\n`)
  process.exitCode = 1
})
