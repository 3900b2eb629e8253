interface Late {
  destroy(): unknown
}

const tickMs = 10
/** Ending a thousand connections at once would keep everybody else waiting. */
const endedAtOnce = 20

/** Ends whoever has had its time, the first come first and only a few at once. All have the same time. */
export class Deadlines {
  readonly #timeoutMs: number
  readonly #onLate: () => void
  /** When each must be done, in the order in which they began. */
  readonly #running = new Map<Late, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number, onLate: () => void) {
    this.#timeoutMs = timeoutMs
    this.#onLate = onLate
  }

  begin(connection: Late): void {
    this.#running.set(connection, performance.now() + this.#timeoutMs)
    this.#timer ??= setInterval(() => this.#tick(), tickMs)
  }

  met(connection: Late): void {
    this.#running.delete(connection)
  }

  #tick(): void {
    const now = performance.now()
    let ended = 0
    for (const [connection, deadline] of this.#running) {
      if (deadline > now || ended === endedAtOnce) break
      this.#running.delete(connection)
      this.#onLate()
      connection.destroy()
      ended += 1
    }
    if (this.#running.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
