import type { AccessEntry, Person, Scope } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { compoundsWithin } from '../../database/scope.ts'
import type { AccessEntryRow, PersonRow } from '../../database/tables.ts'
import { fromJson, present, toFlag, toJson } from '../../database/values.ts'

/** SQLite takes 32,766 parameters in one statement. */
const rowsPerInsert = 2000

const toPerson = (row: PersonRow): Person => ({
  personId: row.person_id,
  name: row.name,
  household: row.household,
  cards: fromJson(row.cards),
  ...present({ faceId: row.face_id, consentVersion: row.consent_version, validUntil: row.valid_until }),
})

export async function listPeople(db: Database, compoundId: string): Promise<Person[]> {
  const rows = await db
    .selectFrom('people')
    .selectAll()
    .where('compound_id', '=', compoundId)
    .orderBy('person_id')
    .execute()
  return rows.map(toPerson)
}

export async function replacePeople(db: Database, compoundId: string, people: readonly Person[]): Promise<void> {
  await db.deleteFrom('people').where('compound_id', '=', compoundId).execute()
  for (let start = 0; start < people.length; start += rowsPerInsert) {
    const rows = people.slice(start, start + rowsPerInsert).map((person) => ({
      compound_id: compoundId,
      person_id: person.personId,
      name: person.name,
      household: person.household,
      face_id: person.faceId ?? null,
      consent_version: person.consentVersion ?? null,
      cards: toJson(person.cards),
      valid_until: person.validUntil ?? null,
    }))
    await db.insertInto('people').values(rows).execute()
  }
}

const toEntry = (row: AccessEntryRow): AccessEntry => ({
  id: row.id,
  compoundId: row.compound_id,
  deviceId: row.device_id,
  at: row.at,
  late: row.late === 1,
  method: row.method,
  decision: row.decision as AccessEntry['decision'],
  rule: row.rule,
  ...present({ personId: row.person_id, picture: row.picture }),
})

export async function insertEntry(db: Database, entry: AccessEntry): Promise<void> {
  await db
    .insertInto('access_entries')
    .values({
      id: entry.id,
      compound_id: entry.compoundId,
      device_id: entry.deviceId,
      at: entry.at,
      late: toFlag(entry.late),
      method: entry.method,
      decision: entry.decision,
      rule: entry.rule,
      person_id: entry.personId ?? null,
      picture: entry.picture ?? null,
    })
    .execute()
}

export interface EntryFilter {
  readonly scope: Scope
  readonly compoundId?: string | undefined
  readonly before?: number | undefined
  readonly limit: number
}

export async function listEntries(db: Database, filter: EntryFilter): Promise<AccessEntry[]> {
  let query = db.selectFrom('access_entries').selectAll().where('compound_id', 'in', compoundsWithin(filter.scope))
  if (filter.compoundId !== undefined) query = query.where('compound_id', '=', filter.compoundId)
  if (filter.before !== undefined) query = query.where('at', '<', filter.before)
  const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(filter.limit).execute()
  return rows.map(toEntry)
}
