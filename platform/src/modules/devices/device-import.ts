import { Value } from 'typebox/value'
import { DeviceSetup, Id } from '../../contract/index.ts'
import { parseCsv, type CsvRow } from './csv.ts'
import { setupProblem } from './device-entry.ts'

export interface ImportProblem {
  readonly line: number
  readonly message: string
}

export interface ImportPlan {
  readonly devices: ReadonlyMap<string, DeviceSetup>
  readonly lines: ReadonlyMap<string, number>
  readonly problems: readonly ImportProblem[]
}

const leading = ['id', 'kind', 'name', 'place', 'secret'] as const
const known = new Set<string>([...leading, 'address', 'username', 'x', 'y'])
const mostDevices = 20_000
/** More would only scroll by. */
const mostProblems = 200

function headerProblem(names: readonly string[]): string | undefined {
  if (!leading.every((name, index) => names[index] === name))
    return `the first line must begin with ${leading.join(',')}`
  const repeated = names.find((name, index) => name === '' || names.indexOf(name) !== index)
  return repeated === undefined ? undefined : `column "${repeated}" is empty or repeated`
}

/** Every column that is not ours is a setting of the kind. */
function toSetup(compoundId: string, names: readonly string[], cells: readonly string[]) {
  const given = Object.fromEntries(
    names.flatMap((name, index) => (cells[index] === undefined || cells[index] === '' ? [] : [[name, cells[index]]])),
  ) as Record<string, string | undefined>
  const { kind = '', name = '', place = '', secret, address, username, x, y } = given
  const settings = Object.fromEntries(Object.entries(given).filter(([column]) => !known.has(column)))
  return {
    ...{ compoundId, kind, name, place, settings },
    ...(secret !== undefined && { secret }),
    ...(address !== undefined && { address }),
    ...(username !== undefined && { username }),
    ...((x !== undefined || y !== undefined) && { position: { x: Number(x), y: Number(y) } }),
  }
}

function rowProblem(row: CsvRow, names: readonly string[], setup: unknown): string | undefined {
  if (row.cells.length > names.length) return 'has more cells than the first line'
  if (!Value.Check(Id, row.cells[0])) return 'id must be made of lower-case letters, digits and -'
  if (Value.Check(DeviceSetup, setup)) return setupProblem(setup)
  const [error] = Value.Errors(DeviceSetup, setup)
  return `${error?.instancePath.slice(1).replaceAll('/', '.') ?? ''} ${error?.message ?? 'is not usable'}`.trim()
}

/** Reads the whole file and names what is wrong with it, line by line; nothing is changed yet. */
export function planImport(compoundId: string, csv: string): ImportPlan {
  const devices = new Map<string, DeviceSetup>()
  const lines = new Map<string, number>()
  const refuse = (line: number, message: string) => ({ devices, lines, problems: [{ line, message }] })

  const [header, ...rows] = parseCsv(csv) ?? []
  if (!header) return refuse(1, 'no lines, or a quotation mark that is not closed')
  const problem = headerProblem(header.cells)
  if (problem !== undefined) return refuse(header.line, problem)
  if (rows.length > mostDevices) return refuse(header.line, `more than ${mostDevices} devices; split the file`)

  const problems: ImportProblem[] = []
  for (const row of rows) {
    const setup = toSetup(compoundId, header.cells, row.cells)
    const id = row.cells[0] ?? ''
    const first = lines.get(id)
    const message = first === undefined ? rowProblem(row, header.cells, setup) : `id "${id}" is also on line ${first}`
    if (message !== undefined) problems.push({ line: row.line, message })
    // The schema was checked in `rowProblem`.
    else devices.set(id, setup as DeviceSetup)
    lines.set(id, first ?? row.line)
  }
  return { devices, lines, problems: problems.slice(0, mostProblems) }
}
