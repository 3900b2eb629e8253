import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { FaultRow } from './fault.ts'
import { renderTable, replaceTable } from './table.ts'

const row: FaultRow = {
  ...{ id: 'gateway-killed', what: 'kill -9 of the gateway', rounds: 20, seed: 'x' },
  ...{ sent: 12_000, acknowledged: 12_000, stored: 12_000, lost: 0, doubled: 0, outOfOrder: 0, foreign: 0 },
  recoveryMs: 1234,
}

test('a row says what was done and what came of it', () => {
  const lines = renderTable([
    { ...row, toldMs: 80 },
    { ...row, id: 'uplink-slow', lost: 3 },
  ]).split('\n')
  expect(lines[2]).toBe(
    '| `gateway-killed` | kill -9 of the gateway | 20 | 12,000 | 12,000 | 12,000 | 0 | 0 | 0 | 1.2 | 0.1 |',
  )
  expect(lines[3]).toMatch(/^\| `uplink-slow` .* \| 3 \| 0 \| 0 \| 1\.2 \| – \|$/)
  expect(lines.at(-1)).toBe('2 faults, 40 rounds, 24,000 messages: 3 lost, 0 doubled, 0 out of order. Seed `x`.')
})

test('the table is replaced in the document and nothing else is', async () => {
  const path = new URL('../../../docs/reliability.md', import.meta.url)
  const document = await readFile(path, 'utf8')
  const [before = '', after = ''] = document.split(/<!-- fault table: begin[^]*<!-- fault table: end -->/)
  const changed = replaceTable(document, [row])
  expect(changed.startsWith(before) && changed.endsWith(after)).toBe(true)
  expect(changed.split('`gateway-killed`')).toHaveLength(2)
  expect(replaceTable(changed, [row])).toBe(changed)
})

test('a document without a place for it is refused', () => {
  expect(() => replaceTable('# Something else', [row])).toThrow(/fault table: begin/)
})
