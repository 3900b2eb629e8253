import type { FaultRow } from './fault.ts'

const begin = '<!-- fault table: begin, written by npm run test:faults -->'
const end = '<!-- fault table: end -->'

const seconds = (ms: number | undefined) => (ms === undefined ? '–' : (ms / 1000).toFixed(1))
const count = (value: number) => value.toLocaleString('en-US')

const columns: readonly (readonly [title: string, cell: (row: FaultRow) => string])[] = [
  ['fault', ({ id }) => `\`${id}\``],
  ['what is done', ({ what }) => what],
  ['rounds', ({ rounds }) => count(rounds)],
  ['sent', ({ sent }) => count(sent)],
  ['acknowledged', ({ acknowledged }) => count(acknowledged)],
  ['at the centre', ({ stored }) => count(stored)],
  ['lost', ({ lost }) => count(lost)],
  ['doubled', ({ doubled }) => count(doubled)],
  ['out of order', ({ outOfOrder }) => count(outOfOrder)],
  ['longest recovery, s', ({ recoveryMs }) => seconds(recoveryMs)],
  ['told within, s', ({ toldMs }) => seconds(toldMs)],
]

const numeric = (title: string) => !['fault', 'what is done'].includes(title)
const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

const total = (rows: readonly FaultRow[], name: 'rounds' | 'sent' | 'lost' | 'doubled' | 'outOfOrder') =>
  count(rows.reduce((sum, row) => sum + row[name], 0))

/** The rows as a table of Markdown, with what they come to. */
export function renderTable(rows: readonly FaultRow[]): string {
  const [first] = rows
  return [
    line(columns.map(([title]) => title)),
    line(columns.map(([title]) => (numeric(title) ? '--:' : '---'))),
    ...rows.map((row) => line(columns.map(([, cell]) => cell(row)))),
    '',
    `${rows.length} faults, ${total(rows, 'rounds')} rounds, ${total(rows, 'sent')} messages: ` +
      `${total(rows, 'lost')} lost, ${total(rows, 'doubled')} doubled, ${total(rows, 'outOfOrder')} out of order. ` +
      `Seed \`${first?.seed ?? ''}\`.`,
  ].join('\n')
}

/** The document with another table between its markers. */
export function replaceTable(document: string, rows: readonly FaultRow[]): string {
  const from = document.indexOf(begin)
  const to = document.indexOf(end)
  if (from < 0 || to < from) throw new Error(`The document has no "${begin}" … "${end}"`)
  return `${document.slice(0, from)}${begin}\n\n${renderTable(rows)}\n\n${document.slice(to)}`
}
