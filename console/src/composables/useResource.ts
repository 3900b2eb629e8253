import { onScopeDispose, shallowRef, watch } from 'vue'
import { useRealtime } from '../api/realtime'

/**
 * Something loaded from the platform: again when `key` changes (then from scratch) and after every connect
 * (then what is shown stays until the answer is here). `error` is set only when there is nothing to show.
 */
export function useResource<T>(load: () => Promise<T>, key: () => unknown = () => undefined) {
  const data = shallowRef<T>()
  const error = shallowRef<unknown>()
  let generation = 0

  async function reload() {
    const mine = ++generation
    error.value = undefined
    try {
      const answer = await load()
      if (mine === generation) data.value = answer
    } catch (reason) {
      if (mine === generation && data.value === undefined) error.value = reason
    }
  }

  watch(
    key,
    () => {
      data.value = undefined
      void reload()
    },
    { immediate: true },
  )
  onScopeDispose(useRealtime().onConnect(() => void reload()))
  onScopeDispose(() => (generation += 1))
  return { data, error, reload }
}
