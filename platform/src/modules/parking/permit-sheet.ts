import type { Permit, SheetProblem } from '../../contract/index.ts'
import { createBreathing } from '../../core/breathing.ts'
import type { TimeZone } from '../../core/time-zone.ts'
import { classifyPlate, normalisePlate } from '../../domain/index.ts'
import { momentIn } from './sheet-dates.ts'
import { fieldNamed, kindNamed, type Field } from './sheet-words.ts'

export type Sheet = readonly (readonly string[])[]

export interface SheetRules {
  readonly zone: TimeZone
  /** Ids of the lanes by what a sheet may call them: id or name. */
  readonly lanes: ReadonlyMap<string, string>
}

export interface SheetReading {
  readonly permits: readonly Permit[]
  /** Where each plate stands, as the spreadsheet counts. */
  readonly rowOf: ReadonlyMap<string, number>
  readonly problems: readonly SheetProblem[]
  /** Rows with anything in them, without the header. */
  readonly rows: number
}

/** Notes a problem. What it was about has no value then. */
type Tell = (code: string, column?: string, value?: string) => null
type Columns = ReadonlyMap<Field, { readonly index: number; readonly header: string }>

const longest = { holder: 60, group: 40 } as const
const mostSpaces = 100
const mostLanes = 50

function readHeader(header: readonly string[], tell: Tell): Columns {
  const columns = new Map<Field, { index: number; header: string }>()
  for (const [index, text] of header.entries()) {
    if (text.trim() === '') continue
    const field = fieldNamed(text)
    if (field === undefined) tell('column-unknown', text.trim())
    else if (columns.has(field)) tell('column-repeated', text.trim())
    else columns.set(field, { index, header: text.trim() })
  }
  for (const field of ['plate', 'kind'] as const) if (!columns.has(field)) tell(`${field}-column-missing`)
  return columns
}

/** One row as text, and what is wrong with it. */
interface Row {
  /** Empty where there is nothing, also no such column. */
  readonly cell: (field: Field) => string
  readonly wrong: (field: Field, code: string) => null
}

function rowOf(cells: readonly string[], columns: Columns, tell: Tell): Row {
  const cell = (field: Field) => (cells[columns.get(field)?.index ?? -1] ?? '').trim()
  return { cell, wrong: (field, code) => tell(code, columns.get(field)?.header, cell(field)) }
}

function plateOf({ cell, wrong }: Row): string | null {
  const plate = normalisePlate(cell('plate'))
  if (plate === '') return wrong('plate', 'plate-missing')
  const known = classifyPlate(plate)
  return known === 'invalid' || known === 'unplated' ? wrong('plate', 'plate-invalid') : plate
}

function kindOf({ cell, wrong }: Row): Permit['kind'] | null {
  if (cell('kind') === '') return wrong('kind', 'kind-missing')
  return kindNamed(cell('kind')) ?? wrong('kind', 'kind-unknown')
}

function boundOf({ cell, wrong }: Row, field: 'from' | 'until', zone: TimeZone): number | null | undefined {
  if (cell(field) === '') return undefined
  return momentIn(cell(field), field, zone) ?? wrong(field, 'date-invalid')
}

function spacesOf({ cell, wrong }: Row): number | null | undefined {
  const text = cell('spaces')
  if (text === '') return undefined
  if (cell('group') === '') return wrong('spaces', 'spaces-without-group')
  const spaces = Number(text)
  return /^\d{1,4}$/.test(text) && spaces >= 1 && spaces <= mostSpaces ? spaces : wrong('spaces', 'spaces-invalid')
}

function lanesOf({ cell, wrong }: Row, lanes: SheetRules['lanes']): string[] | null | undefined {
  const names = cell('lanes')
    .split(/[,，、;；/|]/u)
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length === 0) return undefined
  if (names.length > mostLanes) return wrong('lanes', 'too-many-lanes')
  const ids = names.map((name) => lanes.get(name))
  if (ids.includes(undefined)) return wrong('lanes', 'lane-unknown')
  return [...new Set(ids.filter((id) => id !== undefined))]
}

const present = (key: keyof Permit, value: unknown): Partial<Permit> =>
  value === undefined || value === null ? {} : { [key]: value }

/** Cars of these kinds may share spaces; with a group they are of the kind `group`. */
const sharing: ReadonlySet<string> = new Set(['group', 'monthly', 'own-space'])

function groupOf(row: Row, kind: Permit['kind'] | null): Partial<Permit> {
  const group = row.cell('group')
  const spaces = spacesOf(row)
  if (group.length > longest.group) row.wrong('group', 'group-too-long')
  if (group === '' && kind === 'group') row.wrong('group', 'group-missing')
  if (group === '' || kind === null) return {}
  if (!sharing.has(kind)) row.wrong('group', 'group-not-for-kind')
  return { kind: 'group', groupId: group, spaces: spaces ?? 1 }
}

function windowOf(row: Row, zone: TimeZone) {
  const [validFrom, validUntil] = [boundOf(row, 'from', zone), boundOf(row, 'until', zone)]
  if (typeof validFrom === 'number' && typeof validUntil === 'number' && validFrom >= validUntil)
    row.wrong('until', 'ends-before-it-begins')
  return { ...present('validFrom', validFrom), ...present('validUntil', validUntil) }
}

function permitOf(row: Row, { zone, lanes }: SheetRules): Permit | undefined {
  const [plate, kind, holder] = [plateOf(row), kindOf(row), row.cell('holder')]
  if (holder.length > longest.holder) row.wrong('holder', 'holder-too-long')
  const more = { ...windowOf(row, zone), ...groupOf(row, kind), ...present('laneIds', lanesOf(row, lanes)) }
  return plate === null || kind === null ? undefined : { plate, kind, holder, ...more }
}

/** What only shows when rows are compared. */
function createComparing() {
  const plates = new Set<string>()
  const spacesOfGroup = new Map<string, number>()
  return ({ plate, groupId, spaces }: Permit, row: Row) => {
    if (plates.has(plate)) row.wrong('plate', 'repeated')
    plates.add(plate)
    if (groupId === undefined || spaces === undefined) return
    if ((spacesOfGroup.get(groupId) ?? spaces) !== spaces) row.wrong('spaces', 'group-spaces-differ')
    spacesOfGroup.set(groupId, spaces)
  }
}

/** Reads permits from a sheet and finds everything that is wrong with it. Others have their turn meanwhile. */
export async function readPermitSheet([header = [], ...body]: Sheet, rules: SheetRules): Promise<SheetReading> {
  const problems: SheetProblem[] = []
  const tellOf =
    (row: number): Tell =>
    (code, column, value) => {
      problems.push({ row, code, ...(column !== undefined && { column }), ...(value !== undefined && { value }) })
      return null
    }
  const columns = readHeader(header, tellOf(1))
  if (problems.some(({ code }) => code.endsWith('-column-missing')))
    return { permits: [], rowOf: new Map(), problems, rows: 0 }

  const permits: Permit[] = []
  const found = new Map<string, number>()
  const compare = createComparing()
  const breathe = createBreathing()
  let rows = 0
  for (const [index, cells] of body.entries()) {
    await breathe()
    if (cells.every((cell) => cell.trim() === '')) continue
    rows += 1
    const row = rowOf(cells, columns, tellOf(index + 2))
    const permit = permitOf(row, rules)
    if (!permit) continue
    permits.push(permit)
    found.set(permit.plate, index + 2)
    compare(permit, row)
  }
  if (rows === 0) tellOf(1)('no-rows')
  return { permits, rowOf: found, problems, rows }
}
