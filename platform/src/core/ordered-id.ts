let count = 0

/** Unique, and sorted as text in the order of making: what happens within one millisecond keeps its order, too. */
export function orderedId(now: number): string {
  count = (count + 1) % 36 ** 6
  return `${now.toString(36)}-${count.toString(36).padStart(6, '0')}-${crypto.randomUUID()}`
}
