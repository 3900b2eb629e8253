/** What is to happen, the earliest first. */
export interface Agenda<T> {
  add(at: number, what: T): void
  next(): { readonly at: number; readonly what: T } | undefined
}

interface Item<T> {
  readonly at: number
  readonly order: number
  readonly what: T
}

/** Things of the same time come in the order in which they were added. */
export function createAgenda<T>(): Agenda<T> {
  const heap: Item<T>[] = []
  let order = 0
  const isBefore = (one: Item<T>, other: Item<T>) =>
    one.at < other.at || (one.at === other.at && one.order < other.order)

  function sink(item: Item<T>) {
    let place = 0
    for (;;) {
      const left = 2 * place + 1
      const right = heap[left + 1]
      let child = heap[left]
      if (!child) break
      const isRight = right !== undefined && isBefore(right, child)
      if (isRight) child = right
      if (!isBefore(child, item)) break
      heap[place] = child
      place = isRight ? left + 1 : left
    }
    heap[place] = item
  }

  return {
    add(at, what) {
      const item = { at, order: (order += 1), what }
      let place = heap.length
      while (place > 0) {
        const parent = (place - 1) >> 1
        const above = heap[parent]
        if (!above || !isBefore(item, above)) break
        heap[place] = above
        place = parent
      }
      heap[place] = item
    },
    next() {
      const [first] = heap
      const last = heap.pop()
      if (last && heap.length > 0) sink(last)
      return first
    },
  }
}
