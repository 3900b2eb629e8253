/** One line of a CSV file with the number under which an editor shows it. */
export interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y

/** Reads RFC 4180 with `,` between cells; empty lines are passed over. `undefined` stands for a quote left open. */

const unquoted = (quoted: string | undefined, plain = '') => (quoted?.replaceAll('""', '"') ?? plain).trim()
const breaksIn = (text: string) => text.match(/\r\n|\n|\r/g)?.length ?? 0

export function parseCsv(text: string): CsvRow[] | undefined {
  const source = text.replace(/^\uFEFF/, '')
  const rows: CsvRow[] = []
  let line = 1
  let row: { line: number; cells: string[] } = { line, cells: [] }
  for (let at = 0; at < source.length || row.cells.length > 0;) {
    cell.lastIndex = at
    const match = cell.exec(source)
    if (!match) return undefined
    row.cells.push(unquoted(match[1], match[2]))
    line += breaksIn(match[0])
    at += match[0].length
    if (match[3] === ',') continue
    rows.push(row)
    row = { line, cells: [] }
  }
  return rows.filter(({ cells }) => cells.some((value) => value !== ''))
}
