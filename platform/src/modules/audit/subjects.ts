import type { AuditEntry, Caller } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import * as repo from './subjects.repo.ts'

export interface Call {
  /** Name of the endpoint. */
  readonly action: string
  /** As they came, in the order of the address; not checked when a call was refused early. */
  readonly params: Readonly<Record<string, string>>
  readonly query: unknown
  readonly body: unknown
  /** Fields of the body and the query that the endpoint knows: other names could be anything. */
  readonly known: ReadonlySet<string>
  readonly caller: Caller | undefined
}

export type Details = NonNullable<AuditEntry['details']>
export type Subject = Pick<AuditEntry, 'target' | 'compoundId'> & { readonly details: Details }

/** Names and ids as they are made here: anything else could be a secret at the wrong place. */
const isPlain = (value: unknown): value is string =>
  typeof value === 'string' && /^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/.test(value)

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

async function ownerOf(db: Database, { params, caller }: Call): Promise<string | undefined> {
  const { sha256 } = params
  if (sha256 !== undefined) return repo.compoundOfPicture(db, sha256, caller?.scope ?? '')
  for (const [name, id] of Object.entries(params))
    if (repo.isOwned(name)) {
      const compoundId = await repo.compoundOwning(db, name, id)
      if (compoundId !== undefined) return compoundId
    }
  return undefined
}

/** Of what is asked for the most certain first: what the address names, what it belongs to, what the call names. */
async function compoundOf(db: Database, call: Call): Promise<string | undefined> {
  const named = [call.params['compoundId'], fieldsOf(call.body)['compoundId'], fieldsOf(call.query)['compoundId']]
  const [inAddress, ...inCall] = named.map((value) => (isPlain(value) ? value : undefined))
  return (
    inAddress ??
    (await ownerOf(db, call)) ??
    inCall.find((value) => value !== undefined) ??
    (call.caller && (await repo.onlyCompoundOf(db, call.caller)))
  )
}

function fieldDetails({ body, query, known }: Call): Details {
  const given = [...Object.keys(fieldsOf(body)), ...Object.keys(fieldsOf(query))].filter((name) => known.has(name))
  return {
    ...(given.length > 0 && { fields: given.sort().join(',') }),
    ...(Array.isArray(body) && { entries: body.length }),
  }
}

const plainFields = (body: unknown, names: Readonly<Record<string, string>>): Details =>
  Object.fromEntries(
    Object.entries(names).flatMap(([field, as]) => {
      const value = fieldsOf(body)[field]
      return isPlain(value) ? [[as, value]] : []
    }),
  )

const keysIn = (body: unknown, key: string) =>
  Array.isArray(body) ? body.map((entry: unknown) => fieldsOf(entry)[key]) : []

type Describe = (db: Database, call: Call) => Promise<Details>

/** What more there is to say of single endpoints. Lists of people and plates in numbers only. */
const describe: Readonly<Record<string, Describe>> = {
  sendCommand: async (_db, { body }) => plainFields(body, { name: 'command', alertId: 'alertId' }),
  reviewLaneRaise: async (_db, { body }) => plainFields(body, { verdict: 'verdict' }),
  closeParkingTicket: async (_db, { body }) => plainFields(body, { state: 'state' }),
  startBroadcast: async (_db, { body }) => plainFields(body, { priority: 'priority' }),
  putPermits: (db, { params, body }) =>
    repo.difference(db, { table: 'permits', compoundId: params['compoundId'] ?? '' }, keysIn(body, 'plate')),
  importPermits: async (_db, { body }) => {
    const { sheet } = fieldsOf(body)
    return { ...plainFields(body, { mode: 'mode' }), ...(Array.isArray(sheet) && { rows: sheet.length }) }
  },
  putPeople: (db, { params, body }) =>
    repo.difference(db, { table: 'people', compoundId: params['compoundId'] ?? '' }, keysIn(body, 'personId')),
  async putUser(db, { params, body }) {
    const before = await repo.roleAndScopeOf(db, params['username'] ?? '')
    const { role, scope } = fieldsOf(body)
    return {
      newRole: String(role),
      newScope: String(scope),
      ...(before && { oldRole: before.role, oldScope: before.scope }),
    }
  },
}

/** To what, at which compound and with which particulars something was asked. */
export function createSubjects(db: Database) {
  return {
    /** `checked`: the call passed its schema, so that its parts can be read. */
    async of(call: Call, checked: boolean): Promise<Subject> {
      const [compoundId, more] = await Promise.all([
        compoundOf(db, call),
        checked ? (describe[call.action]?.(db, call) ?? {}) : {},
      ])
      const { role, scope } = call.caller ?? {}
      const who = { ...(role !== undefined && { role }), ...(scope !== undefined && { scope }) }
      return {
        target: Object.entries(call.params).findLast(([name]) => name !== 'plate')?.[1],
        compoundId,
        details: { ...who, ...(checked && fieldDetails(call)), ...more },
      }
    },
    /** Whether somebody of this name may sign in: what people type by mistake into the field for it is not kept. */
    isUser: async (username: string) => (await repo.roleAndScopeOf(db, username)) !== undefined,
  }
}

export type Subjects = ReturnType<typeof createSubjects>
