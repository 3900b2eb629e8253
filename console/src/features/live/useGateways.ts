import { listGateways, type Gateway } from '@gatehouse/platform/contract'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { call } from '../../api/http'
import { useRealtime } from '../../api/realtime'
import { useResource } from '../../composables/useResource'

/** The gateways of a compound ('' for all), kept current. */
export function useGateways(compoundId: () => string) {
  const { data, error, reload } = useResource(() => call(listGateways, {}))
  const gateways = shallowRef<readonly Gateway[]>([])
  watch(data, (loaded) => (gateways.value = loaded ?? []), { immediate: true })
  onScopeDispose(
    useRealtime().on('gateway:changed', (changed) => {
      gateways.value = [...gateways.value.filter(({ id }) => id !== changed.id), changed]
    }),
  )
  return {
    gateways: computed(() =>
      gateways.value
        .filter((gateway) => compoundId() === '' || gateway.compoundId === compoundId())
        .sort((a, b) => Number(a.online) - Number(b.online) || a.id.localeCompare(b.id)),
    ),
    isLoaded: computed(() => data.value !== undefined),
    error,
    reload,
  }
}
