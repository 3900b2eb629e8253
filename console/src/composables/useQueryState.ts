import { reactive, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** Filters that live in the address, so that going back and sharing a link keep them. */
export function useQueryState<T extends Record<string, string>>(defaults: T): { [K in keyof T]: string } {
  const route = useRoute()
  const router = useRouter()
  const names = Object.keys(defaults)
  const read = () =>
    Object.fromEntries(
      names.map((name) => {
        const value = route.query[name]
        return [name, typeof value === 'string' ? value : (defaults[name] ?? '')]
      }),
    )
  const state = reactive(read())
  const path = route.path
  watch(state, (values) => {
    const query = Object.fromEntries(
      names.flatMap((name) => (values[name] === defaults[name] ? [] : [[name, values[name]]])),
    )
    void router.replace({ query })
  })
  watch(
    () => route.query,
    () => route.path === path && Object.assign(state, read()),
  )
  return state as { [K in keyof T]: string }
}
