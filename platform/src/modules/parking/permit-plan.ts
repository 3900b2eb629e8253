import type { Permit, PermitImportPreview, SheetProblem } from '../../contract/index.ts'

export type ImportMode = 'merge' | 'replace'

export interface PermitPlan {
  readonly added: readonly Permit[]
  readonly changed: readonly { readonly before: Permit; readonly after: Permit }[]
  readonly removed: readonly Permit[]
  readonly unchanged: number
  /** What there is afterwards. */
  readonly permits: readonly Permit[]
}

/** Whether both say the same of one plate. */
export const isSamePermit = (one: Permit, other: Permit): boolean =>
  one.plate === other.plate &&
  one.kind === other.kind &&
  one.holder === other.holder &&
  one.validFrom === other.validFrom &&
  one.validUntil === other.validUntil &&
  one.groupId === other.groupId &&
  one.spaces === other.spaces &&
  (one.laneIds ?? []).toSorted().join() === (other.laneIds ?? []).toSorted().join()

/** What importing these permits over those changes. */
export function planPermits(before: readonly Permit[], named: readonly Permit[], mode: ImportMode): PermitPlan {
  const known = new Map(before.map((permit) => [permit.plate, permit]))
  const wanted = new Map(named.map((permit) => [permit.plate, permit]))
  const unnamed = before.filter(({ plate }) => !wanted.has(plate))
  const pairs = named.flatMap((after) => {
    const old = known.get(after.plate)
    return old ? [{ before: old, after }] : []
  })
  const changed = pairs.filter((pair) => !isSamePermit(pair.before, pair.after))
  return {
    added: named.filter(({ plate }) => !known.has(plate)),
    changed,
    removed: mode === 'replace' ? unnamed : [],
    unchanged: pairs.length - changed.length + (mode === 'merge' ? unnamed.length : 0),
    permits: mode === 'merge' ? [...unnamed, ...named] : named,
  }
}

/** Groups that a merge would leave with two numbers of spaces. */
export function groupsThatDiffer(
  before: readonly Permit[],
  { permits, rowOf }: { readonly permits: readonly Permit[]; readonly rowOf: ReadonlyMap<string, number> },
): SheetProblem[] {
  const stay = before.filter(({ plate }) => !rowOf.has(plate))
  const spacesOf = new Map(stay.map(({ groupId, spaces }) => [groupId, spaces]))
  return permits
    .filter(({ groupId, spaces }) => groupId !== undefined && (spacesOf.get(groupId) ?? spaces) !== spaces)
    .map(({ plate, spaces }) => ({ row: rowOf.get(plate) ?? 1, code: 'group-spaces-differ', value: String(spaces) }))
}

const shownProblems = 500
const shownPermits = 200

export const countsOf = (rows: number, plan: PermitPlan): PermitImportPreview['counts'] => ({
  rows,
  added: plan.added.length,
  changed: plan.changed.length,
  removed: plan.removed.length,
  unchanged: plan.unchanged,
})

/** As people look at it: the counts are complete, the lists need not be. */
export const previewOf = (
  { problems, rows }: { readonly problems: PermitImportPreview['problems']; readonly rows: number },
  plan: PermitPlan,
): PermitImportPreview => ({
  problems: problems.slice(0, shownProblems),
  problemCount: problems.length,
  added: plan.added.slice(0, shownPermits),
  changed: plan.changed.slice(0, shownPermits),
  removed: plan.removed.slice(0, shownPermits),
  counts: countsOf(rows, plan),
})
