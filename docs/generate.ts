import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format } from 'prettier'
import { asyncApi } from './generators/asyncapi.ts'
import { configurationPage } from './generators/configuration.ts'
import { errorsPage } from './generators/errors.ts'
import { reliabilityPage } from './generators/mqtt.ts'
import { permissionsPage } from './generators/permissions.ts'
import { protocolPage } from './generators/protocol.ts'

/** Writes the documents whose source is a schema; with `--check` only tells whether they are up to date. */
const documents = {
  'protocol.md': protocolPage,
  'asyncapi.json': async () => format(JSON.stringify(asyncApi()), { parser: 'json', printWidth: 120 }),
  'configuration.md': configurationPage,
  'errors.md': errorsPage,
  'reliability.md': reliabilityPage,
  'permissions.md': async () => format(permissionsPage(), { parser: 'markdown', printWidth: 120 }),
} as const

const checkOnly = process.argv.includes('--check')
const stale: string[] = []
for (const [name, generate] of Object.entries(documents)) {
  const path = join(import.meta.dirname, name)
  const text = await generate()
  if (text === (await readFile(path, 'utf8').catch(() => ''))) continue
  if (checkOnly) stale.push(name)
  else await writeFile(path, text)
}
if (stale.length > 0) {
  process.stderr.write(`Out of date: ${stale.map((name) => `docs/${name}`).join(', ')}. Run: npm run docs\n`)
  process.exitCode = 1
}
