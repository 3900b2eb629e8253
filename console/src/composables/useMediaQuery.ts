import { onScopeDispose, readonly, shallowRef, type Ref } from 'vue'

/** Whether a CSS media query holds, kept current. */
export function useMediaQuery(query: string): Readonly<Ref<boolean>> {
  const list = window.matchMedia(query)
  const matches = shallowRef(list.matches)
  const update = () => (matches.value = list.matches)
  list.addEventListener('change', update)
  onScopeDispose(() => list.removeEventListener('change', update))
  return readonly(matches)
}
