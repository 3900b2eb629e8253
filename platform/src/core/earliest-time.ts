interface Clocks {
  /** The clock on the wall, which may be set. */
  readonly wall: () => number
  /** Milliseconds that only ever go on. */
  readonly uptime: () => number
}

/**
 * The earlier of two opinions about the time: what the wall says, and what it would say had nobody set it since the
 * start. What is deleted by its age is deleted by this: a clock that jumps ahead must not make everything old.
 */
export function createEarliestTime({ wall, uptime }: Clocks): () => number {
  const startedAt = wall() - uptime()
  return () => Math.min(wall(), startedAt + uptime())
}
