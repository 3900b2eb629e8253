import type { ColumnDefinitionBuilder, Kysely } from 'kysely'

type Presence = 'required' | 'optional'
type DataType = 'text' | 'bigint' | 'integer' | 'double precision'

/** One column in words that SQLite and PostgreSQL understand alike. */
interface Column {
  readonly type: DataType
  readonly presence: Presence
}

const column =
  (type: DataType) =>
  (presence: Presence = 'required'): Column => ({ type, presence })

export const text = column('text')
/** Counts, and times in UTC milliseconds: both need more than 32 bits. */
export const whole = column('bigint')
export const real = column('double precision')
export const flag = column('integer')

/** Creates one table; the primary key is the way it is mostly asked. */
export async function table(
  db: Kysely<unknown>,
  name: string,
  { columns, key }: { readonly columns: Readonly<Record<string, Column>>; readonly key: readonly string[] },
) {
  const required =
    ({ presence }: Column) =>
    (definition: ColumnDefinitionBuilder) =>
      presence === 'required' ? definition.notNull() : definition
  let builder = db.schema.createTable(name)
  for (const [columnName, definition] of Object.entries(columns))
    builder = builder.addColumn(columnName, definition.type, required(definition))
  await builder.addPrimaryKeyConstraint(`${name}_key`, key as never).execute()
}
