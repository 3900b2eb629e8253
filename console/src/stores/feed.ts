import { acknowledgeAlert, listAlerts, type Alert } from '@gatehouse/platform/contract'
import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef } from 'vue'
import { call } from '../api/http'
import { useRealtime } from '../api/realtime'
import { batched } from '../composables/batched'

const pageSize = 200
/** How long a new alert stays marked as just arrived. */
const freshMs = 6000

/** Newest first by the device's clock; the id settles ties so that the order never jumps. */
export const newestFirst = (a: Alert, b: Alert) => b.at - a.at || (a.id < b.id ? 1 : -1)

/** Unresolved alerts by id; what is published is sorted once for a burst. */
function createCollection() {
  const byId = new Map<string, Alert>()
  const alerts = shallowRef<readonly Alert[]>([])
  const publish = () => (alerts.value = [...byId.values()].sort(newestFirst))
  return {
    alerts,
    publish,
    publishSoon: batched(publish),
    empty: () => byId.clear(),
    keep: (alert: Alert) => {
      if (alert.state === 'resolved') byId.delete(alert.id)
      else byId.set(alert.id, alert)
    },
  }
}

function createFreshness() {
  const fresh = shallowReactive(new Set<string>())
  function markFresh(alertId: string) {
    fresh.add(alertId)
    setTimeout(() => fresh.delete(alertId), freshMs)
  }
  return { fresh, markFresh }
}

const page = (before?: number) =>
  call(listAlerts, { querystring: { state: 'unresolved', limit: pageSize, ...(before && { before }) } })

/** Fills a collection page by page, newest first. */
function createPages({ alerts, keep, empty, publish }: ReturnType<typeof createCollection>) {
  const isLoaded = shallowRef(false)
  const hasOlder = shallowRef(false)
  const error = shallowRef<unknown>()
  let generation = 0

  async function load() {
    const mine = ++generation
    try {
      const answer = await page()
      if (mine !== generation) return
      empty()
      answer.forEach(keep)
      hasOlder.value = answer.length === pageSize
      isLoaded.value = true
      error.value = undefined
      publish()
    } catch (reason) {
      if (mine === generation) error.value = reason
    }
  }
  async function loadOlder() {
    const oldest = alerts.value.at(-1)
    if (!hasOlder.value || !oldest) return
    hasOlder.value = false
    const answer = await page(oldest.at).catch(() => undefined)
    answer?.forEach(keep)
    hasOlder.value = answer === undefined || answer.length === pageSize
    publish()
  }
  function clear() {
    generation += 1
    isLoaded.value = false
    empty()
    publish()
  }
  return { isLoaded, hasOlder, error, load, loadOlder, clear }
}

/** The unresolved alerts of the whole scope, kept current. */
export const useFeed = defineStore('feed', () => {
  const realtime = useRealtime()
  const collection = createCollection()
  const pages = createPages(collection)
  const { fresh, markFresh } = createFreshness()
  const { alerts } = collection

  function apply(alert: Alert) {
    collection.keep(alert)
    collection.publishSoon()
  }
  realtime.on('alert:raised', (alert) => {
    markFresh(alert.id)
    apply(alert)
  })
  realtime.on('alert:changed', apply)
  realtime.onConnect(() => void pages.load())

  return {
    ...pages,
    alerts,
    fresh,
    openCount: computed(() => alerts.value.filter(({ state }) => state === 'open').length),
    acknowledge: async (alertId: string) => apply(await call(acknowledgeAlert, { params: { alertId } })),
  }
})
