import type { ParkingRules, TariffDraft } from '../../contract/index.ts'
import type { Caller, Clock } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { checkTariff, type LanePolicy, type Tariff, type TariffProblem } from '../../domain/index.ts'
import { deviceNotFound, tariffBackdated, tariffInvalid, tariffTaken } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import type { DevicesService } from '../devices/devices.service.ts'
import type { DesiredService } from '../gateways/desired.service.ts'
import * as permits from './permits.repo.ts'
import * as repo from './rules.repo.ts'

export interface RulesPorts {
  readonly db: Database
  readonly clock: Clock
  readonly compounds: CompoundsService
  readonly devices: DevicesService
  readonly desired: DesiredService
}

/** Writing a tariff takes a while; "from now on" may lie so far back. */
const toleranceMs = 10 * 60_000

const words: Readonly<Record<TariffProblem['code'], string>> = {
  'day-not-covered': 'its periods leave a part of the day without a price',
  'periods-overlap': 'two of its periods cover the same time',
  'tiers-not-ascending': 'its tiers must end later and later',
  'last-tier-not-open': 'its last tier must have no end',
  'class-repeated': 'it names a class of vehicles that an earlier table names already',
}

/** Refuses, in words, what cannot be charged by. */
export function refuseBadTariff(draft: TariffDraft): void {
  const problems = checkTariff(draft).map(({ code, table, period }) => {
    const place = period === undefined ? `table ${table + 1}` : `table ${table + 1}, period ${period + 1}`
    return `${place}: ${words[code]}`
  })
  if (problems.length > 0) throw tariffInvalid(problems.join('; '))
}

/** What the gateway must know to decide at the lane. */
export async function desiredParking(db: Database, compoundId: string) {
  const [listed, rules] = [await permits.listPermits(db, compoundId), await repo.rulesOf(db, compoundId)]
  const isRuled = rules.tariffs.length > 0 || (await repo.findRules(db, compoundId)) !== undefined
  return { permits: listed, ...(isRuled && { rules }) }
}

/** How the lot of a compound is run. Versions of the tariff only ever grow: stays are priced by them for years. */
export function createRulesService({ db, clock, compounds, devices, desired }: RulesPorts) {
  function refuseBackdated({ validFrom }: TariffDraft, before: readonly Tariff[]) {
    if (before.length > 0 && validFrom < clock.now() - toleranceMs) throw tariffBackdated()
  }

  return {
    async get(caller: Caller, compoundId: string): Promise<ParkingRules> {
      await compounds.get(caller, compoundId)
      return repo.rulesOf(db, compoundId)
    },

    /** How one lane treats cars. */
    async policyOf(compoundId: string, laneId: string, tx: Database = db): Promise<LanePolicy> {
      const { policy, lanes } = await repo.rulesOf(tx, compoundId)
      return lanes[laneId] ?? policy
    },

    async putPolicies(caller: Caller, compoundId: string, rules: repo.LotRules): Promise<number> {
      await compounds.get(caller, compoundId)
      const known = new Set((await devices.list(caller, { compoundId })).map(({ id }) => id))
      const stranger = Object.keys(rules.lanes).find((id) => !known.has(id))
      if (stranger !== undefined) throw deviceNotFound(stranger)
      return desired.change(compoundId, 'parking', (tx) => repo.saveRules(tx, compoundId, rules))
    },

    async addTariff(caller: Caller, compoundId: string, draft: TariffDraft): Promise<Tariff> {
      await compounds.get(caller, compoundId)
      refuseBadTariff(draft)
      const before = await repo.listTariffs(db, compoundId)
      refuseBackdated(draft, before)
      const tariff: Tariff = { ...draft, tariffId: compoundId, version: (before.at(-1)?.version ?? 0) + 1 }
      await desired.change(compoundId, 'parking', async (tx) => {
        if (!(await repo.addTariff(tx, compoundId, tariff))) throw tariffTaken()
      })
      return tariff
    },
  }
}

export type RulesService = ReturnType<typeof createRulesService>
