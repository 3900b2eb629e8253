/** One field of a form, derived from one property of a command's JSON schema. */
export interface Field {
  readonly name: string
  readonly type: 'text' | 'integer' | 'number' | 'choice' | 'flag' | 'lines' | 'json'
  readonly required: boolean
  readonly initial: FieldValue
  readonly options: readonly string[]
  readonly min: number | undefined
  readonly max: number | undefined
  /** Lines only: longest line. */
  readonly maxLine: number | undefined
}
/** What an input holds; numbers stay text until they are read. */
export type FieldValue = string | boolean
export type FieldValues = Readonly<Record<string, FieldValue>>

/** Why a value cannot be sent; the key of a text and its values. */
export interface Problem {
  readonly key:
    | 'required'
    | 'integer'
    | 'number'
    | 'atLeast'
    | 'atMost'
    | 'tooShort'
    | 'tooLong'
    | 'tooMany'
    | 'lineTooLong'
    | 'json'
  readonly min?: number
  readonly max?: number
}

/** The part of JSON schema that commands use. */
interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
}

function optionsOf({ enum: values, anyOf }: Schema): readonly string[] {
  if (values) return values.map(String)
  if (anyOf?.every((part) => part.const !== undefined)) return anyOf.map((part) => String(part.const))
  return []
}

function typeOf(schema: Schema): Field['type'] {
  if (optionsOf(schema).length > 0) return 'choice'
  if (schema.type === 'integer' || schema.type === 'number') return schema.type
  if (schema.type === 'boolean') return 'flag'
  if (schema.type === 'string') return 'text'
  return schema.type === 'array' && schema.items?.type === 'string' ? 'lines' : 'json'
}

function limitsOf(schema: Schema, type: Field['type']): Pick<Field, 'min' | 'max' | 'maxLine'> {
  if (type === 'text') return { min: schema.minLength, max: schema.maxLength, maxLine: undefined }
  if (type === 'lines') return { min: schema.minItems, max: schema.maxItems, maxLine: schema.items?.maxLength }
  return { min: schema.minimum, max: schema.maximum, maxLine: undefined }
}

/** What stands in the field at first: the default, or the gentlest value that is allowed. */
function initialOf(schema: Schema, type: Field['type'], required: boolean): FieldValue {
  if (type === 'flag') return schema.default === true
  if (typeof schema.default === 'string' || typeof schema.default === 'number') return String(schema.default)
  if (!required) return ''
  if (type === 'choice') return optionsOf(schema)[0] ?? ''
  return (type === 'integer' || type === 'number') && schema.minimum !== undefined ? String(schema.minimum) : ''
}

/** The fields of a command, from its payload schema. */
export function fieldsOf(payload: unknown): readonly Field[] {
  const { properties = {}, required = [] } = payload as Schema
  return Object.entries(properties).map(([name, schema]) => {
    const type = typeOf(schema)
    const isRequired = required.includes(name)
    return {
      name,
      type,
      required: isRequired,
      initial: initialOf(schema, type, isRequired),
      options: optionsOf(schema),
      ...limitsOf(schema, type),
    }
  })
}

export const initialValues = (fields: readonly Field[]): FieldValues =>
  Object.fromEntries(fields.map(({ name, initial }) => [name, initial]))

const linesOf = (value: string) =>
  value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

function numberProblem({ type, min, max }: Field, value: string): Problem | undefined {
  const number = Number(value)
  if (!Number.isFinite(number)) return { key: 'number' }
  if (type === 'integer' && !Number.isInteger(number)) return { key: 'integer' }
  if (min !== undefined && number < min) return { key: 'atLeast', min }
  return max !== undefined && number > max ? { key: 'atMost', max } : undefined
}

function linesProblem({ max, maxLine }: Field, value: string): Problem | undefined {
  const lines = linesOf(value)
  if (max !== undefined && lines.length > max) return { key: 'tooMany', max }
  const isTooLong = maxLine !== undefined && lines.some((line) => line.length > maxLine)
  return isTooLong ? { key: 'lineTooLong', max: maxLine } : undefined
}

function textProblem({ min, max }: Field, value: string): Problem | undefined {
  if (min !== undefined && value.length < min) return { key: 'tooShort', min }
  return max !== undefined && value.length > max ? { key: 'tooLong', max } : undefined
}

function jsonProblem(value: string): Problem | undefined {
  try {
    JSON.parse(value)
    return undefined
  } catch {
    return { key: 'json' }
  }
}

/** What is wrong with a value; `undefined` if it can be sent. */
export function problemOf(field: Field, value: FieldValue): Problem | undefined {
  if (typeof value === 'boolean') return undefined
  if (value.trim() === '') return field.required ? { key: 'required' } : undefined
  if (field.type === 'integer' || field.type === 'number') return numberProblem(field, value)
  if (field.type === 'lines') return linesProblem(field, value)
  if (field.type === 'json') return jsonProblem(value)
  return field.type === 'text' ? textProblem(field, value) : undefined
}

function argOf({ type }: Field, value: FieldValue): unknown {
  if (typeof value === 'boolean') return value
  if (type === 'integer' || type === 'number') return Number(value)
  if (type === 'lines') return linesOf(value)
  return type === 'json' ? JSON.parse(value) : value
}

/** The arguments to send; fields left empty are left out. */
export const argsOf = (fields: readonly Field[], values: FieldValues): Record<string, unknown> =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const value = values[field.name] ?? ''
      return value === '' ? [] : [[field.name, argOf(field, value)]]
    }),
  )
