/** Lets one piece of work after the other have its turn, in the order in which they came. */
export function createTurns() {
  let last: Promise<unknown> = Promise.resolve()
  return {
    /** Settles as `work` does; what comes later waits for it, however it ends. */
    run<T>(work: () => Promise<T>): Promise<T> {
      const done = last.then(work)
      last = done.catch(() => undefined) // who asked for it handles it
      return done
    },
  }
}

export type Turns = ReturnType<typeof createTurns>
