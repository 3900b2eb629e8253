import fc from 'fast-check'
import type { TSchema } from 'typebox'

/** What a schema says of itself, as far as the contract uses it. */
interface Shape {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Shape[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly minItems?: number
  readonly maxItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
}

const hostileText = fc.constantFrom(
  ...[
    '',
    ' ',
    '\0',
    '\u202e',
    '../../etc/passwd',
    '%2e%2e%2f',
    "' or 1=1 --",
    '${jndi:ldap://x}',
    '<script>1</script>',
  ],
  ...['__proto__', 'constructor', '=cmd()', '\ud800', '0', '-1', '1e999', 'NaN', 'null', 'true', 'x'.repeat(5000)],
)

/** Values that no schema asks for. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(null, true, -1, 1e308, Number.MAX_SAFE_INTEGER + 2, 0.1, [], {}, [[]], { __proto__: 1 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.jsonValue({ maxDepth: 4 }),
)

const textOf = ({ pattern, minLength = 0, maxLength = 300 }: Shape) =>
  pattern === undefined
    ? fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, minLength + 40) })
    : fc.stringMatching(new RegExp(pattern), { size: 'small' })

function numberOf({ type, minimum = -1e15, maximum = 1e15 }: Shape): fc.Arbitrary<number> {
  const edges = fc.constantFrom(minimum, maximum)
  return type === 'integer'
    ? fc.oneof(edges, fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) }))
    : fc.oneof(edges, fc.double({ min: minimum, max: maximum, noNaN: true }))
}

function objectOf({ properties = {}, required = [], patternProperties = {} }: Shape): fc.Arbitrary<unknown> {
  const [anyValue] = Object.values(patternProperties)
  if (anyValue) return fc.dictionary(fc.string({ maxLength: 20 }), valueOf(anyValue), { maxKeys: 4 })
  const fields = Object.fromEntries(Object.entries(properties).map(([name, shape]) => [name, mostlyOf(shape)]))
  return fc.record(fields, { requiredKeys: [...required] })
}

const byType: Readonly<Record<string, (shape: Shape) => fc.Arbitrary<unknown>>> = {
  string: textOf,
  integer: numberOf,
  number: numberOf,
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  array: ({ items = {}, minItems = 0 }) => fc.array(mostlyOf(items), { minLength: minItems, maxLength: minItems + 4 }),
  object: objectOf,
}

function valueOf(shape: Shape): fc.Arbitrary<unknown> {
  if (shape.const !== undefined) return fc.constant(shape.const)
  if (shape.enum) return fc.constantFrom(...shape.enum)
  if (shape.anyOf) return fc.oneof(...shape.anyOf.map(valueOf))
  return byType[shape.type ?? '']?.(shape) ?? hostile
}

/** Mostly what the schema asks for, so that the code behind it is reached; now and then anything at all. */
const mostlyOf = (shape: Shape): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: valueOf(shape) }, { weight: 1, arbitrary: hostile })

/** Values around a schema of the contract. */
export const aroundSchema = (schema: TSchema): fc.Arbitrary<unknown> => mostlyOf(schema)
