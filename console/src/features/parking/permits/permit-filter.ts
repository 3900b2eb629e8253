import type { Permit } from '@gatehouse/platform/contract'
import { normalisePlate } from '@gatehouse/platform/domain'
import { permitState, type PermitState } from './usePermitText'

export interface PermitFilter {
  readonly text: string
  readonly kind: string
  readonly state: PermitState | ''
}

/** The permits that a filter lets through, by plate. Text finds plates, holders and groups. */
export function filterPermits(permits: readonly Permit[], filter: PermitFilter, now: number): readonly Permit[] {
  const plate = normalisePlate(filter.text)
  const text = filter.text.trim().toLowerCase()
  return permits
    .filter(
      (permit) =>
        (filter.kind === '' || permit.kind === filter.kind) &&
        (filter.state === '' || permitState(permit, now) === filter.state) &&
        (text === '' ||
          (plate !== '' && permit.plate.includes(plate)) ||
          permit.holder.toLowerCase().includes(text) ||
          permit.groupId?.toLowerCase().includes(text)),
    )
    .toSorted((a, b) => a.plate.localeCompare(b.plate, 'zh-CN'))
}

const isSame = (a: Permit, b: Permit) => a.plate === b.plate && a.kind === b.kind && a.validFrom === b.validFrom

/** The list with one permit changed, added (no `before`) or taken away (no `after`). */
export function withPermit(
  permits: readonly Permit[],
  before: Permit | undefined,
  after: Permit | undefined,
): Permit[] {
  const others = before ? permits.filter((permit) => !isSame(permit, before)) : [...permits]
  return after ? [...others.filter((permit) => !isSame(permit, after)), after] : others
}
