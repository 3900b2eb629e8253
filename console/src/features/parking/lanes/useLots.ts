import { listLots, type LotView } from '@gatehouse/platform/contract'
import { computed, onScopeDispose } from 'vue'
import { call } from '../../../api/http'
import { useRealtime } from '../../../api/realtime'
import { useResource } from '../../../composables/useResource'

/** Occupancy and lanes of a compound ('' for all), kept current. */
export function useLots(compoundId: () => string) {
  const { data, error, reload } = useResource(
    () => call(listLots, { querystring: compoundId() === '' ? {} : { compoundId: compoundId() } }),
    compoundId,
  )
  const keep = (changed: LotView) => {
    if (compoundId() !== '' && changed.compoundId !== compoundId()) return
    const known = data.value ?? []
    const isKnown = known.some((lot) => lot.compoundId === changed.compoundId)
    data.value = isKnown
      ? known.map((lot) => (lot.compoundId === changed.compoundId ? changed : lot))
      : [...known, changed]
  }
  onScopeDispose(useRealtime().on('lot:changed', keep))
  return { lots: computed(() => data.value?.filter((lot) => lot.lanes.length > 0)), error, reload }
}

/** How full a lot is, 0 to 100; `undefined` without a limit. */
export function fullness({ inside, capacity }: Pick<LotView, 'inside' | 'capacity'>): number | undefined {
  if (capacity === undefined) return undefined
  return capacity === 0 ? 100 : Math.min(100, Math.round((inside / capacity) * 100))
}
