import {
  acknowledgeAlert,
  getAlert,
  noteAlert,
  reopenAlert,
  resolveAlert,
  type Alert,
} from '@gatehouse/platform/contract'
import { onScopeDispose } from 'vue'
import { call } from '../../api/http'
import { useRealtime } from '../../api/realtime'
import { useResource } from '../../composables/useResource'

/** One alert, kept current, and what can be done with it. */
export function useAlert(alertId: () => string) {
  const params = () => ({ params: { alertId: alertId() } })
  const { data: alert, error, reload } = useResource(() => call(getAlert, params()), alertId)
  const apply = (changed: Alert) => {
    if (changed.id === alertId()) alert.value = changed
  }
  onScopeDispose(useRealtime().on('alert:changed', apply))
  return {
    alert,
    error,
    reload,
    acknowledge: async () => apply(await call(acknowledgeAlert, params())),
    reopen: async () => apply(await call(reopenAlert, params())),
    note: async (text: string) => apply(await call(noteAlert, { ...params(), body: { text } })),
    resolve: async (note: string) => apply(await call(resolveAlert, { ...params(), body: note ? { note } : {} })),
  }
}
export type AlertHandling = ReturnType<typeof useAlert>
