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
