import { listBroadcasts, startBroadcast, type Broadcast, type InputOf } from '@gatehouse/platform/contract'
import { computed, onScopeDispose } from 'vue'
import { call } from '../../api/http'
import { useRealtime } from '../../api/realtime'
import { useResource } from '../../composables/useResource'

export type Announcement = InputOf<typeof startBroadcast>['body']

/** The announcements of a compound, newest first, with live results. */
export function useBroadcasts(compoundId: () => string) {
  const { data, error, reload } = useResource(
    () => call(listBroadcasts, { querystring: compoundId() === '' ? {} : { compoundId: compoundId() } }),
    compoundId,
  )
  function apply(changed: Broadcast) {
    if (compoundId() !== '' && changed.compoundId !== compoundId()) return
    if (data.value) data.value = [changed, ...data.value.filter(({ id }) => id !== changed.id)]
  }
  onScopeDispose(useRealtime().on('broadcast:changed', apply))
  return {
    broadcasts: computed(() => data.value?.toSorted((a, b) => b.at - a.at) ?? []),
    isLoaded: computed(() => data.value !== undefined),
    error,
    reload,
    start: async (announcement: Announcement) => {
      const started = await call(startBroadcast, { body: announcement })
      // Results may have overtaken the answer; they know more.
      if (!data.value?.some(({ id }) => id === started.id)) apply(started)
      return started
    },
  }
}
