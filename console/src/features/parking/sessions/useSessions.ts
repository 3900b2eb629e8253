import { listParkingSessions, type ParkingSessionEntry } from '@gatehouse/platform/contract'
import { normalisePlate } from '@gatehouse/platform/domain'
import { computed, shallowRef, watch } from 'vue'
import { call } from '../../../api/http'
import { useResource } from '../../../composables/useResource'

const pageSize = 100
const shortestPart = 2
const dayMs = 86_400_000

export interface SessionQuery {
  readonly plate: string
  readonly state: string
  readonly from: string
  readonly to: string
}
export const noSessionQuery = { plate: '', state: '', from: '', to: '', session: '', at: '' }

/** What is asked for; parts of a plate that are too short, and days that are none, are left out. */
export function sessionFilter({ plate, state, from, to }: SessionQuery) {
  const part = normalisePlate(plate)
  const start = (day: string) => (day === '' ? NaN : new Date(`${day}T00:00`).getTime())
  const [first, last] = [start(from), start(to)]
  const known = (['inside', 'closed', 'ghost'] as const).find((one) => one === state)
  return {
    ...(part.length >= shortestPart && { plate: part }),
    ...(known && { state: known }),
    ...(!Number.isNaN(first) && { from: first }),
    ...(!Number.isNaN(last) && { to: last + dayMs - 1 }),
  }
}

/** Stays, newest first, page by page. */
export function useSessions(compoundId: () => string, query: () => SessionQuery) {
  const filter = computed(() => ({
    ...sessionFilter(query()),
    ...(compoundId() !== '' && { compoundId: compoundId() }),
    limit: pageSize,
  }))
  const { data, error, reload } = useResource(
    () => call(listParkingSessions, { querystring: filter.value }),
    () => JSON.stringify(filter.value),
  )
  const older = shallowRef<readonly ParkingSessionEntry[]>([])
  const hasOlder = shallowRef(false)
  watch(data, (first) => {
    older.value = []
    hasOlder.value = first?.length === pageSize
  })
  const sessions = computed(() => [...(data.value ?? []), ...older.value])
  async function loadOlder() {
    const last = sessions.value.at(-1)
    if (!last) return
    const answer = await call(listParkingSessions, { querystring: { ...filter.value, before: last.enteredAt } })
    older.value = [...older.value, ...answer]
    hasOlder.value = answer.length === pageSize
  }
  return { sessions, isLoaded: computed(() => data.value !== undefined), hasOlder, error, reload, loadOlder }
}
