import { listAuditEntries, type AuditFilter, type AuditLogEntry } from '@gatehouse/platform/contract'
import { computed, shallowRef, watch } from 'vue'
import { call } from '../../api/http'
import { useResource } from '../../composables/useResource'

const pageSize = 100

/** The audit log as filtered, newest first, page by page. */
export function useAuditLog(filter: () => AuditFilter) {
  const older = shallowRef<readonly AuditLogEntry[]>([])
  const before = shallowRef<number>()

  const page = (start?: number) =>
    call(listAuditEntries, {
      querystring: { ...filter(), limit: pageSize, ...(start !== undefined && { before: start }) },
    })
  const { data, error, reload } = useResource(
    () => page(),
    () => JSON.stringify(filter()),
  )
  watch(data, (first) => {
    older.value = []
    before.value = first?.before
  })

  async function loadOlder() {
    const asked = JSON.stringify(filter())
    const answer = await page(before.value)
    if (asked !== JSON.stringify(filter())) return
    older.value = [...older.value, ...answer.entries]
    before.value = answer.before
  }

  return {
    entries: computed(() => [...(data.value?.entries ?? []), ...older.value]),
    isLoaded: computed(() => data.value !== undefined),
    hasOlder: computed(() => before.value !== undefined),
    ...{ error, reload, loadOlder },
  }
}
