import { listApprovals } from '@gatehouse/platform/contract'
import { computed, onScopeDispose } from 'vue'
import { call } from '../../api/http'
import { useRealtime } from '../../api/realtime'
import { useResource } from '../../composables/useResource'
import { useSession } from '../../stores/session'

/** What waits for a second person and what was decided lately, kept current. Empty for who may not see it. */
export function useApprovals() {
  const session = useSession()
  const mayList = () => session.can(listApprovals)
  const { data, error, reload } = useResource(async () => (mayList() ? call(listApprovals, {}) : []))
  onScopeDispose(useRealtime().on('approval:changed', () => void reload()))
  const all = computed(() => data.value ?? [])
  return {
    error,
    reload,
    isLoaded: computed(() => data.value !== undefined),
    waiting: computed(() => all.value.filter(({ state }) => state === 'waiting')),
    decided: computed(() => all.value.filter(({ state }) => state !== 'waiting')),
    /** How many wait for the person who looks. */
    count: computed(() => all.value.filter(({ mayApprove }) => mayApprove).length),
  }
}
