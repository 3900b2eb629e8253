import type { AccessEntry, Person } from '../../contract/index.ts'
import type { Caller } from '../../core/ports.ts'
import type { RecordHandler, RecordOf } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import { invalidInput } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import type { DesiredService } from '../gateways/desired.service.ts'
import * as repo from './access.repo.ts'

export interface AccessPorts {
  readonly db: Database
  readonly compounds: CompoundsService
  readonly desired: DesiredService
}

/** What the gateway must know to decide at the door. */
export const desiredAccess = async (db: Database, compoundId: string) => ({
  people: await repo.listPeople(db, compoundId),
})

type DoorRecord = RecordOf<'access.entry-granted' | 'access.entry-refused' | 'access.stranger'>

function toEntry({ id, at, late, deviceId, body }: DoorRecord, compoundId: string): AccessEntry {
  const { method, decision, rule, personId, picture } = body
  return {
    ...{ id, compoundId, deviceId: deviceId ?? '', at, late, method, decision, rule },
    ...(personId !== undefined && { personId }),
    ...(picture !== undefined && { picture }),
  }
}

/** A list that cannot be applied as it stands is refused whole. */
function refuseUnusable(people: readonly Person[]) {
  const seen = new Set<string>()
  for (const { personId, faceId, consentVersion } of people) {
    if (seen.has(personId)) throw invalidInput(`Person ${personId} is listed twice; keep one entry`)
    if (faceId !== undefined && consentVersion === undefined)
      throw invalidInput(`Person ${personId} has a face but no consent; record the consent or leave the face out`)
    seen.add(personId)
  }
}

export function createAccessService({ db, compounds, desired }: AccessPorts) {
  const handle: RecordHandler = async (record, { db: tx, compoundId }) => {
    switch (record.type) {
      case 'access.entry-granted':
      case 'access.entry-refused':
      case 'access.stranger':
        await repo.insertEntry(tx, toEntry(record, compoundId))
        break
      default:
    }
  }

  return {
    handle,

    async people(caller: Caller, compoundId: string): Promise<Person[]> {
      await compounds.get(caller, compoundId)
      return repo.listPeople(db, compoundId)
    },

    async replacePeople(caller: Caller, compoundId: string, people: readonly Person[]): Promise<number> {
      await compounds.get(caller, compoundId)
      refuseUnusable(people)
      return desired.change(compoundId, 'access', (tx) => repo.replacePeople(tx, compoundId, people))
    },

    entries: (caller: Caller, filter: Omit<repo.EntryFilter, 'scope' | 'limit'> & { readonly limit?: number }) =>
      repo.listEntries(db, { limit: 100, ...filter, scope: caller.scope }),
  }
}

export type AccessService = ReturnType<typeof createAccessService>
