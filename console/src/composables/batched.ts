/** One frame: a burst of a thousand events becomes one rendering. */
const frameMs = 16

/** Runs `flush` once for all calls within a frame. A timer, because frames stop in a hidden tab. */
export function batched(flush: () => void): () => void {
  let waiting = false
  return () => {
    if (waiting) return
    waiting = true
    setTimeout(() => {
      waiting = false
      flush()
    }, frameMs)
  }
}
