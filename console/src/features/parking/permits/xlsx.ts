import { mostColumns, mostRows, tidy, type Sheet } from './sheet'
import { openZip, type UnpackFile } from './zip'

/** Built-in number formats that are dates [ECMA-376 18.8.30, with those for Chinese]. */
const isDateFormat = (id: number) => (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)
/** Serial number of 1970-01-01; day 60 is 29 February 1900, which never was, so only later dates are right. */
const epochSerial = 25_569
const dayMs = 86_400_000

const elements = (parent: Document | Element, name: string) => [...parent.getElementsByTagName(name)]
const parse = (xml: string) => new DOMParser().parseFromString(xml, 'application/xml')
const textOf = (parent: Element) =>
  elements(parent, 't')
    .filter((part) => part.parentElement?.tagName !== 'rPh') // how it is read aloud, not what stands there
    .map(({ textContent }) => textContent)
    .join('')

/** Which cell styles show a date. */
function dateStyles(xml: string | undefined): ReadonlySet<number> {
  if (xml === undefined) return new Set()
  const styles = parse(xml)
  const custom = new Set(
    elements(styles, 'numFmt')
      .filter((format) => /[ymd]/i.test((format.getAttribute('formatCode') ?? '').replace(/"[^"]*"|\[[^\]]*\]/g, '')))
      .map((format) => Number(format.getAttribute('numFmtId'))),
  )
  const formats = elements(elements(styles, 'cellXfs')[0] ?? styles, 'xf')
  return new Set(
    formats.flatMap((format, index) => {
      const id = Number(format.getAttribute('numFmtId'))
      return isDateFormat(id) || custom.has(id) ? [index] : []
    }),
  )
}

/** A serial number as `2026-01-31`, with the time if it has one. */
function dateText(serial: number): string {
  const iso = new Date(Math.round(((serial - epochSerial) * dayMs) / 1000) * 1000).toISOString()
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 16).replace('T', ' ')
}

/** `AB12` is column 27. */
function columnOf(reference: string): number {
  const letters = /^[A-Z]+/.exec(reference)?.[0] ?? 'A'
  return Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

interface Book {
  readonly shared: readonly string[]
  readonly dates: ReadonlySet<number>
}

function cellText(cell: Element, { shared, dates }: Book): string {
  const type = cell.getAttribute('t')
  if (type === 'inlineStr') return textOf(cell)
  const value = elements(cell, 'v')[0]?.textContent ?? ''
  if (type === 's') return shared[Number(value)] ?? ''
  const isDate = type === null && value !== '' && dates.has(Number(cell.getAttribute('s')))
  return isDate ? dateText(Number(value)) : value
}

function rowText(row: Element, book: Book): readonly string[] {
  const cells: string[] = []
  for (const cell of elements(row, 'c')) {
    const column = columnOf(cell.getAttribute('r') ?? '')
    while (cells.length < column && cells.length < mostColumns) cells.push('')
    cells.push(cellText(cell, book))
  }
  return cells
}

/** Path of the first sheet, by the order in the workbook. */
async function firstSheet(unpack: UnpackFile): Promise<string | undefined> {
  const workbook = await unpack('xl/workbook.xml')
  const relations = await unpack('xl/_rels/workbook.xml.rels')
  if (workbook === undefined || relations === undefined) return unpack('xl/worksheets/sheet1.xml')
  const id = elements(parse(workbook), 'sheet')[0]?.getAttribute('r:id')
  const target = elements(parse(relations), 'Relationship')
    .find((relation) => relation.getAttribute('Id') === id)
    ?.getAttribute('Target')
  return unpack(target?.startsWith('/') ? target.slice(1) : `xl/${target ?? 'worksheets/sheet1.xml'}`)
}

/** The first sheet of an .xlsx file, as text. Throws a TypeError when it is none. */
export async function readXlsx(bytes: Uint8Array<ArrayBuffer>): Promise<Sheet> {
  const unpack = openZip(bytes)
  const [sheet, strings, styles] = await Promise.all([
    firstSheet(unpack),
    unpack('xl/sharedStrings.xml'),
    unpack('xl/styles.xml'),
  ])
  if (sheet === undefined) throw new TypeError('The file has no sheet')
  const shared = strings === undefined ? [] : elements(parse(strings), 'si').map(textOf)
  const book = { shared, dates: dateStyles(styles) }
  const rows: (readonly string[])[] = []
  for (const row of elements(parse(sheet), 'row')) {
    const number = Number(row.getAttribute('r') ?? rows.length + 1)
    // Empty rows are left out of the file, and so are empty cells.
    while (rows.length < number - 1 && rows.length < mostRows) rows.push([])
    rows.push(rowText(row, book))
  }
  return tidy(rows)
}
