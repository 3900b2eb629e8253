import fc from 'fast-check'
import type { TSchema } from 'typebox'
import type { Endpoint } from '../src/contract/index.ts'

type Schema = Readonly<Record<string, unknown>>

/** Values that mean something in the furnished house; everything else is made up from its schema. */
export type Known = Readonly<Record<string, unknown>>

function sampleText({ pattern, minLength = 1 }: Schema): string {
  if (typeof pattern === 'string')
    return fc.sample(fc.stringMatching(new RegExp(pattern)), { numRuns: 1, seed: 7 })[0] ?? ''
  return 'x'.repeat(Math.max(Number(minLength), 1))
}

function sampleObject({ properties = {}, required = [] }: Schema, known: Known) {
  const entries = Object.entries(properties as Record<string, Schema>)
  const wanted = entries.filter(([name]) => (required as string[]).includes(name) || name in known)
  return Object.fromEntries(wanted.map(([name, schema]) => [name, known[name] ?? sample(schema, known)]))
}

function sampleList({ items, minItems = 0 }: Schema, known: Known) {
  return Array.from({ length: Number(minItems) }, () => sample(items as Schema, known))
}

function sampleChoice(schema: Schema, known: Known): unknown {
  if ('const' in schema) return schema['const']
  const [first] = (schema['enum'] ?? schema['anyOf'] ?? []) as unknown[]
  return 'enum' in schema ? first : sample(first as Schema, known)
}

const samples: Readonly<Record<string, (schema: Schema, known: Known) => unknown>> = {
  object: sampleObject,
  array: sampleList,
  integer: ({ minimum }) => minimum ?? 1,
  number: ({ minimum }) => minimum ?? 1,
  boolean: () => true,
  null: () => null,
  string: sampleText,
}

/** The smallest value that a schema allows. */
const sample = (schema: Schema, known: Known): unknown =>
  (samples[String(schema['type'])] ?? sampleChoice)(schema, known)

const sampleOf = (schema: TSchema | undefined, known: Known) => schema && sample(schema as unknown as Schema, known)

/** A well-formed call of any endpoint of the contract. */
export const sampleCall = ({ schema }: Endpoint, known: Known) => ({
  params: sampleOf(schema.params, known),
  querystring: sampleOf(schema.querystring, known),
  body: sampleOf(schema.body, known),
})
