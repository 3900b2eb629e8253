/** The parts of JSON Schema that our schemas use. */
export interface JsonSchema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly items?: JsonSchema
  readonly description?: string
  readonly default?: unknown
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
}

const code = (value: unknown) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
const range = (low: number | undefined, high: number | undefined, unit: string) => {
  if (low === undefined && high === undefined) return ''
  if (low === undefined) return `, at most ${high}${unit}`
  return high === undefined ? `, at least ${low}${unit}` : `, ${low}–${high}${unit}`
}

function describeText({ minLength, maxLength, pattern }: JsonSchema): string {
  return `text${range(minLength, maxLength, ' characters')}${pattern === undefined ? '' : `, matches ${code(pattern)}`}`
}

/** Limits that only say "any time" or "any count" are left out. */
const unbounded: readonly (number | undefined)[] = [4_102_444_800_000, Number.MAX_SAFE_INTEGER]

function describeNumber({ type, minimum, maximum }: JsonSchema): string {
  const high = unbounded.includes(maximum) ? undefined : maximum
  return `${type === 'integer' ? 'whole number' : 'number'}${range(minimum, high, '')}`
}

const describeList = ({ items, minItems, maxItems }: JsonSchema) =>
  `list of ${items ? describeType(items) : 'anything'}${range(minItems, maxItems, '')}`

const byType: Readonly<Record<string, (schema: JsonSchema) => string>> = {
  array: describeList,
  string: describeText,
  integer: describeNumber,
  number: describeNumber,
  boolean: () => '`true` or `false`',
}

/** One line for people: type and limits. */
export function describeType(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(schema.const)
  if (schema.enum) return schema.enum.map(code).join(' or ')
  if (schema.anyOf) return schema.anyOf.map(describeType).join(' or ')
  return byType[schema.type ?? '']?.(schema) ?? 'object'
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** A Markdown table of an object's fields; `skip` leaves out those that are explained elsewhere. */
export function fieldTable(schema: JsonSchema, skip: readonly string[] = []): string {
  const rows = Object.entries(schema.properties ?? {})
    .filter(([name]) => !skip.includes(name))
    .map(([name, field]) => {
      const needed = schema.required?.includes(name) === true ? 'yes' : 'no'
      return `| \`${name}\` | ${needed} | ${cell(describeType(field))} | ${cell(field.description ?? '')} |`
    })
  if (rows.length === 0) return 'No further fields.\n'
  return ['| field | needed | value | |', '| --- | --- | --- | --- |', ...rows, ''].join('\n')
}

/** The members of a union, or the schema itself. */
export const variants = (schema: JsonSchema): readonly JsonSchema[] => schema.anyOf ?? [schema]
