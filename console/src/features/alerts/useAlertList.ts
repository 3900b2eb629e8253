import { listAlerts, type Alert, type AlertState } from '@gatehouse/platform/contract'
import { computed, onScopeDispose, shallowRef, triggerRef, watch } from 'vue'
import { call } from '../../api/http'
import { useRealtime } from '../../api/realtime'
import { batched } from '../../composables/batched'
import { useResource } from '../../composables/useResource'
import { newestFirst } from '../../stores/feed'

export interface AlertQuery {
  readonly state: AlertState | 'unresolved' | ''
  readonly compoundId: string
  readonly deviceId: string
}

const pageSize = 100

const matches = ({ state, compoundId, deviceId }: AlertQuery, alert: Alert) =>
  (state === '' || state === alert.state || (state === 'unresolved' && alert.state !== 'resolved')) &&
  (compoundId === '' || compoundId === alert.compoundId) &&
  (deviceId === '' || deviceId === alert.deviceId)

/** Alerts as asked for, newest first, page by page, kept current. */
export function useAlertList(query: () => AlertQuery) {
  const byId = shallowRef(new Map<string, Alert>())
  const hasOlder = shallowRef(false)
  const publishSoon = batched(() => triggerRef(byId))

  function page(before?: number) {
    const { state, compoundId, deviceId } = query()
    return call(listAlerts, {
      querystring: {
        limit: pageSize,
        ...(state && { state }),
        ...(compoundId && { compoundId }),
        ...(deviceId && { deviceId }),
        ...(before && { before }),
      },
    })
  }
  const { data, error, reload } = useResource(
    () => page(),
    () => JSON.stringify(query()),
  )
  watch(data, (first) => {
    byId.value = new Map(first?.map((alert) => [alert.id, alert]))
    hasOlder.value = first?.length === pageSize
  })
  const alerts = computed(() => [...byId.value.values()].sort(newestFirst))

  async function loadOlder() {
    const answer = await page(alerts.value.at(-1)?.at)
    for (const alert of answer) byId.value.set(alert.id, alert)
    hasOlder.value = answer.length === pageSize
    triggerRef(byId)
  }
  function apply(alert: Alert) {
    if (matches(query(), alert)) byId.value.set(alert.id, alert)
    else byId.value.delete(alert.id)
    publishSoon()
  }
  onScopeDispose(useRealtime().on('alert:raised', apply))
  onScopeDispose(useRealtime().on('alert:changed', apply))

  return { alerts, hasOlder, isLoaded: computed(() => data.value !== undefined), error, reload, loadOlder, apply }
}
