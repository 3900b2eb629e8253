import type { Permit, PermitImportPreview } from '../../contract/index.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import { createTimeZone, dayMs } from '../../core/time-zone.ts'
import type { Database } from '../../database/database.ts'
import { standingOf } from '../../domain/index.ts'
import { invalidInput, sheetHasProblems } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import type { DevicesService } from '../devices/devices.service.ts'
import type { DesiredService } from '../gateways/desired.service.ts'
import { carryOut, changePermit, replaceAll, type PermitChange } from './permit-changes.ts'
import { countsOf, groupsThatDiffer, planPermits, previewOf, type ImportMode } from './permit-plan.ts'
import { readPermitSheet, type Sheet } from './permit-sheet.ts'
import * as repo from './permits.repo.ts'

export interface PermitsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly compounds: CompoundsService
  readonly devices: DevicesService
  readonly desired: DesiredService
  /** Days in sheets are those of this IANA time zone. */
  readonly timeZone: string
}

export interface SheetImport {
  readonly sheet: Sheet
  readonly mode: ImportMode
}

const lookBackMs = 7 * dayMs
const shownExpiring = 5000

function refuseRepeated(permits: readonly Permit[]) {
  const seen = new Set<string>()
  for (const { plate } of permits) {
    if (seen.has(plate)) throw invalidInput(`Plate ${plate} is listed twice; keep the permit that counts`)
    seen.add(plate)
  }
}

/** Who may come in: kept here, decided with at the gateway. */
export function createPermitsService({ db, clock, compounds, devices, desired, timeZone }: PermitsPorts) {
  const zone = createTimeZone(timeZone)

  async function lanesOf(caller: Caller, compoundId: string) {
    const all = await devices.list(caller, { compoundId })
    return new Map([...all.map(({ id, name }) => [name, id] as const), ...all.map(({ id }) => [id, id] as const)])
  }

  async function planOf(caller: Caller, compoundId: string, { sheet, mode }: SheetImport) {
    await compounds.get(caller, compoundId)
    const found = await readPermitSheet(sheet, { zone, lanes: await lanesOf(caller, compoundId) })
    const before = await repo.listPermits(db, compoundId)
    const problems = [...found.problems, ...(mode === 'merge' ? groupsThatDiffer(before, found) : [])]
    return { before, plan: planPermits(before, found.permits, mode), found: { rows: found.rows, problems } }
  }

  return {
    async list(caller: Caller, compoundId: string): Promise<Permit[]> {
      await compounds.get(caller, compoundId)
      return repo.listPermits(db, compoundId)
    },

    async replace(caller: Caller, compoundId: string, permits: readonly Permit[]): Promise<number> {
      await compounds.get(caller, compoundId)
      refuseRepeated(permits)
      return desired.change(compoundId, 'parking', (tx) => replaceAll(tx, compoundId, permits))
    },

    /** Adds, changes or takes away the permit of one plate; answers the new revision. */
    async change(caller: Caller, compoundId: string, change: PermitChange): Promise<number> {
      await compounds.get(caller, compoundId)
      return desired.change(compoundId, 'parking', (tx) => changePermit(tx, compoundId, change))
    },

    async preview(caller: Caller, compoundId: string, wanted: SheetImport): Promise<PermitImportPreview> {
      const { found, plan } = await planOf(caller, compoundId, wanted)
      return previewOf(found, plan)
    },

    /** All rows or none. */
    async import(caller: Caller, compoundId: string, wanted: SheetImport) {
      const { found, plan, before } = await planOf(caller, compoundId, wanted)
      const [first] = found.problems
      if (first) throw sheetHasProblems(found.problems.length, first.row)
      const revision = await desired.change(compoundId, 'parking', (tx) => carryOut(tx, compoundId, { plan, before }))
      return { revision, counts: countsOf(found.rows, plan) }
    },

    /** The rights of these plates at a moment and a lane; a plate without one has none. */
    async rightsOf(
      compoundId: string,
      plates: readonly string[],
      { at, laneId, tx = db }: { readonly at: number; readonly laneId: string; readonly tx?: Database },
    ): Promise<ReadonlyMap<string, string>> {
      const byPlate = Map.groupBy(await repo.permitsOf(tx, compoundId, plates), ({ plate }) => plate)
      const rights = [...byPlate].map(([plate, permits]) => [plate, standingOf(permits, { at, laneId })] as const)
      return new Map(
        rights.flatMap(([plate, { isBlacklisted, right }]) => {
          if (isBlacklisted) return [[plate, 'blacklist'] as const]
          return right ? [[plate, right.kind] as const] : []
        }),
      )
    },

    expiring(caller: Caller, { compoundId, days = 14 }: { readonly compoundId?: string; readonly days?: number }) {
      const now = clock.now()
      const span = { scope: caller.scope, compoundId, from: now - lookBackMs, to: now + days * dayMs }
      return repo.listExpiring(db, span, shownExpiring)
    },
  }
}

export type PermitsService = ReturnType<typeof createPermitsService>
