import type { Passage, Permit } from '../../contract/index.ts'
import type { Caller } from '../../core/ports.ts'
import type { RecordHandler, RecordOf } from '../../core/records.ts'
import type { Database } from '../../database/database.ts'
import { invalidInput } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import type { DesiredService } from '../gateways/desired.service.ts'
import * as repo from './parking.repo.ts'

export interface ParkingPorts {
  readonly db: Database
  readonly compounds: CompoundsService
  readonly desired: DesiredService
}

/** What the gateway must know to decide at the lane. */
export const desiredParking = async (db: Database, compoundId: string) => ({
  permits: await repo.listPermits(db, compoundId),
})

type LaneRecord = RecordOf<
  'parking.entry-opened' | 'parking.entry-refused' | 'parking.exit-opened' | 'parking.exit-refused'
>

function toPassage({ id, at, late, deviceId, body }: LaneRecord, compoundId: string): Passage {
  const { direction, rawPlate, matchedPlate, decision, rule, reason, picture } = body
  return {
    ...{ id, compoundId, deviceId: deviceId ?? '', at, late, direction, rawPlate, decision, rule, reason },
    ...(matchedPlate !== undefined && { matchedPlate }),
    ...(picture !== undefined && { picture }),
  }
}

function refuseRepeated(permits: readonly Permit[]) {
  const seen = new Set<string>()
  for (const { plate } of permits) {
    if (seen.has(plate)) throw invalidInput(`Plate ${plate} is listed twice; keep the permit that counts`)
    seen.add(plate)
  }
}

export function createParkingService({ db, compounds, desired }: ParkingPorts) {
  const handle: RecordHandler = async (record, { db: tx, compoundId }) => {
    switch (record.type) {
      case 'parking.entry-opened':
      case 'parking.entry-refused':
      case 'parking.exit-opened':
      case 'parking.exit-refused':
        await repo.insertPassage(tx, toPassage(record, compoundId))
        break
      default:
    }
  }

  return {
    handle,

    async permits(caller: Caller, compoundId: string): Promise<Permit[]> {
      await compounds.get(caller, compoundId)
      return repo.listPermits(db, compoundId)
    },

    async replacePermits(caller: Caller, compoundId: string, permits: readonly Permit[]): Promise<number> {
      await compounds.get(caller, compoundId)
      refuseRepeated(permits)
      return desired.change(compoundId, 'parking', (tx) => repo.replacePermits(tx, compoundId, permits))
    },

    passages: (caller: Caller, filter: Omit<repo.PassageFilter, 'scope' | 'limit'> & { readonly limit?: number }) =>
      repo.listPassages(db, { limit: 100, ...filter, scope: caller.scope }),
  }
}

export type ParkingService = ReturnType<typeof createParkingService>
