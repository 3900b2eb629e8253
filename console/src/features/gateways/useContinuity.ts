import {
  getContinuity,
  listContinuity,
  type Gateway,
  type GatewayContinuity,
  type OutputOf,
} from '@gatehouse/platform/contract'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { call } from '../../api/http'
import { useRealtime } from '../../api/realtime'
import { batched } from '../../composables/batched'
import { useResource } from '../../composables/useResource'

/** The centre's own figures are nowhere told of by themselves. */
const reloadEveryMs = 60_000

/** The line of a gateway after its connection came or went. */
export const withConnection = (line: GatewayContinuity, gateway: Gateway): GatewayContinuity => ({
  ...line,
  online: gateway.online,
  backlog: gateway.backlog,
  ...(gateway.lastSeenAt !== undefined && { lastSeenAt: gateway.lastSeenAt }),
  ...(gateway.clockOffsetMs !== undefined && { clockOffsetMs: gateway.clockOffsetMs }),
})

/** All gateways inside the scope and the centre itself, kept current. */
export function useAllContinuity() {
  const { data, error, reload } = useResource(() => call(listContinuity, {}))
  const lines = shallowRef<readonly GatewayContinuity[]>([])
  watch(data, (loaded) => (lines.value = loaded?.gateways ?? []), { immediate: true })
  const realtime = useRealtime()
  onScopeDispose(
    realtime.on('continuity:changed', (changed) => {
      lines.value = [...lines.value.filter(({ gatewayId }) => gatewayId !== changed.gatewayId), changed]
    }),
  )
  onScopeDispose(
    realtime.on('gateway:changed', (gateway) => {
      lines.value = lines.value.map((line) => (line.gatewayId === gateway.id ? withConnection(line, gateway) : line))
    }),
  )
  const timer = setInterval(() => void reload(), reloadEveryMs)
  onScopeDispose(() => clearInterval(timer))
  return { lines, platform: computed(() => data.value?.platform), error, reload }
}

export type DeviceFilter = 'all' | 'gaps' | 'silent'
export type ContinuityPage = OutputOf<typeof getContinuity>

interface PageOptions {
  readonly gatewayId: () => string
  readonly only: () => DeviceFilter
  readonly limit: () => number
}

/** One gateway with its devices, kept current. */
export function useContinuity({ gatewayId, only, limit }: PageOptions) {
  const { data, error, reload } = useResource(
    () => call(getContinuity, { params: { gatewayId: gatewayId() }, querystring: { only: only(), limit: limit() } }),
    gatewayId,
  )
  watch([only, limit], () => void reload())
  const reloadSoon = batched(() => void reload())
  const realtime = useRealtime()
  const show = (gateway: GatewayContinuity) => {
    if (data.value) data.value = { ...data.value, gateway }
  }
  onScopeDispose(
    realtime.on('continuity:changed', (changed) => {
      if (changed.gatewayId !== gatewayId()) return
      show(changed)
      reloadSoon()
    }),
  )
  onScopeDispose(
    realtime.on('gateway:changed', (gateway) => {
      if (gateway.id === gatewayId() && data.value) show(withConnection(data.value.gateway, gateway))
    }),
  )
  return { data, error, reload }
}
