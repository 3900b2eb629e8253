/** Work that nobody waits for now, but whose end the gateway awaits before it closes what the work needs. */
export class Background {
  readonly #running = new Set<Promise<unknown>>()

  /** Takes work that handles its own errors. */
  add(work: Promise<unknown>): void {
    this.#running.add(work)
    void work.finally(() => this.#running.delete(work))
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
