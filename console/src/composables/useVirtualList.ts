import { computed, onMounted, onScopeDispose, shallowRef, toValue, useTemplateRef, type MaybeRefOrGetter } from 'vue'

/** Rows kept ready above and below, so that a quick scroll shows no gap. */
const overscan = 4
/** Until the container has been measured; also where layout is never computed. */
const assumedHeight = 800

interface VirtualListOptions {
  /** Name of the template ref of the scrolling element. */
  readonly container: string
  readonly count: MaybeRefOrGetter<number>
  readonly rowHeight: MaybeRefOrGetter<number>
}

/** Which rows of a long list of equally high rows are in sight: the page stays small however long the list. */
export function useVirtualList({ container, count, rowHeight }: VirtualListOptions) {
  const element = useTemplateRef<HTMLElement>(container)
  const scrollTop = shallowRef(0)
  const height = shallowRef(assumedHeight)

  const range = computed(() => {
    const row = toValue(rowHeight)
    const start = Math.max(0, Math.floor(scrollTop.value / row) - overscan)
    const end = Math.min(toValue(count), Math.ceil((scrollTop.value + height.value) / row) + overscan)
    return { start, end, offset: start * row, total: toValue(count) * row }
  })

  const observer = new ResizeObserver(([entry]) => {
    if (entry && entry.contentRect.height > 0) height.value = entry.contentRect.height
  })
  onMounted(() => element.value && observer.observe(element.value))
  onScopeDispose(() => observer.disconnect())

  function reveal(index: number) {
    const row = toValue(rowHeight)
    const { value: view } = element
    if (!view) return
    if (index * row < view.scrollTop) view.scrollTop = index * row
    else if ((index + 1) * row > view.scrollTop + view.clientHeight)
      view.scrollTop = (index + 1) * row - view.clientHeight
  }

  const onScroll = () => (scrollTop.value = element.value?.scrollTop ?? 0)
  return { range, onScroll, reveal }
}
