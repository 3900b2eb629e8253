import type { Permit } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { permitsChanged } from '../../errors.ts'
import { isSamePermit, type PermitPlan } from './permit-plan.ts'
import * as repo from './permits.repo.ts'

/** The permit of a plate, as somebody has seen it and as it is to be; `undefined`: none. */
export interface PermitChange {
  readonly plate: string
  readonly before: Permit | undefined
  readonly after: Permit | undefined
}

const isAsSeen = (found: readonly Permit[], before: Permit | undefined) =>
  before === undefined ? found.length === 0 : found.length === 1 && found.some((one) => isSamePermit(one, before))

/** Changes the permit of one plate, unless somebody else has done so since it was looked at. */
export async function changePermit(tx: Database, compoundId: string, { plate, before, after }: PermitChange) {
  await repo.holdPermits(tx, compoundId)
  const plates = [...new Set([plate, after?.plate ?? plate])]
  if (!isAsSeen(await repo.permitsOf(tx, compoundId, plates), before)) throw permitsChanged()
  await repo.removePermits(tx, compoundId, plates)
  if (!after) return
  await repo.addPermits(tx, compoundId, [after])
  if (after.groupId !== undefined) await repo.alignGroup(tx, compoundId, after)
}

/** Writes the whole list, whatever was there. */
export async function replaceAll(tx: Database, compoundId: string, permits: readonly Permit[]) {
  await repo.holdPermits(tx, compoundId)
  await repo.replacePermits(tx, compoundId, permits)
}

/** Writes what an import changes, unless somebody has changed the permits since it was planned. */
export async function carryOut(
  tx: Database,
  compoundId: string,
  { plan, before }: { plan: PermitPlan; before: Permit[] },
) {
  await repo.holdPermits(tx, compoundId)
  if (JSON.stringify(await repo.listPermits(tx, compoundId)) !== JSON.stringify(before)) throw permitsChanged()
  const gone = [...plan.removed, ...plan.changed.map((pair) => pair.before)]
  await repo.removePermits(
    tx,
    compoundId,
    gone.map(({ plate }) => plate),
  )
  await repo.addPermits(tx, compoundId, [...plan.added, ...plan.changed.map(({ after }) => after)])
}
