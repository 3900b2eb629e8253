import * as protocol from '@gatehouse/gateway/protocol'
import type { JsonSchema } from './schema-table.ts'

export interface KindMessages {
  readonly kind: string
  readonly report: JsonSchema
  readonly event: JsonSchema
  readonly command: JsonSchema
}

const schemas = protocol as unknown as Readonly<Record<string, JsonSchema>>
const dashed = (name: string) =>
  name.replace(/[A-Z]/g, (letter, index) => (index === 0 ? '' : '-') + letter.toLowerCase())

/** Every kind that speaks the protocol, found by the names of its three schemas. */
export const kinds: readonly KindMessages[] = Object.keys(schemas)
  .filter((name) => name.endsWith('Report'))
  .map((name) => name.slice(0, -'Report'.length))
  .map((prefix) => {
    const part = (suffix: string) => {
      const schema = schemas[prefix + suffix]
      if (!schema) throw new Error(`The protocol has no ${prefix}${suffix}`)
      return schema
    }
    return { kind: dashed(prefix), report: part('Report'), event: part('Event'), command: part('Command') }
  })
