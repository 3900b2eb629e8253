import { listGateways, type Gateway } from '@gatehouse/platform/contract'
import { computed, onScopeDispose } from 'vue'
import { call } from '../../../api/http'
import { useRealtime } from '../../../api/realtime'
import { useResource } from '../../../composables/useResource'

/** Whether the gateway of a compound can be reached; `undefined` until that is known. */
export function useGatewayOnline(compoundId: () => string) {
  const { data } = useResource(() => call(listGateways, {}))
  const keep = (changed: Gateway) => {
    data.value = [...(data.value ?? []).filter(({ id }) => id !== changed.id), changed]
  }
  onScopeDispose(useRealtime().on('gateway:changed', keep))
  return computed(() => {
    const gateways = data.value?.filter((gateway) => gateway.compoundId === compoundId())
    return gateways === undefined || gateways.length === 0 ? undefined : gateways.some(({ online }) => online)
  })
}
