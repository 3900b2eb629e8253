import { readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import type { Reporter, TestModule } from 'vitest/node'
import type { FaultRow } from './fault.ts'
import { replaceTable } from './table.ts'

const documentPath = fileURLToPath(new URL('../../../docs/reliability.md', import.meta.url))

/** A run that was asked for a part, or for other figures, says nothing about the whole. */
const isPartial = () => ['FAULT_ROUNDS', 'FAULT_ROUND'].some((name) => process.env[name] !== undefined)
const files = async () => (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.faults.ts'))

/** Writes the table after a run of all faults that found nothing wrong; a part of them changes nothing. */
export class FaultTableReporter implements Reporter {
  readonly #project: string

  constructor(project: string) {
    this.#project = project
  }

  async onTestRunEnd(modules: readonly TestModule[]) {
    const own = modules.filter(({ project }) => project.name === this.#project)
    if (own.length < (await files()).length || isPartial()) return
    const tests = own
      .toSorted((a, b) => a.moduleId.localeCompare(b.moduleId))
      .flatMap(({ children }) => [...children.allTests()])
    const rows = tests.map((test) => (test.meta() as { fault?: FaultRow }).fault)
    if (!tests.every((test) => test.ok() && test.result().state === 'passed')) return
    const document = replaceTable(
      await readFile(documentPath, 'utf8'),
      rows.filter((row) => row !== undefined),
    )
    const options = await resolveConfig(documentPath)
    await writeFile(documentPath, await format(document, { ...options, parser: 'markdown' }))
  }
}
