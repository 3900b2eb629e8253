interface WritableWatchOptions {
  /** Rejects while the disk takes nothing. */
  readonly probe: () => Promise<void>
  readonly everyMs: number
}

/** Tells when a disk that has refused something takes things again, also when nobody brings anything. */
export class WritableWatch {
  readonly #options: WritableWatchOptions
  readonly #listeners = new Set<() => void>()
  #isRefusing = false
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: WritableWatchOptions) {
    this.#options = options
  }

  refused(): void {
    this.#isRefusing = true
    this.#lookLater()
  }

  taken(): void {
    if (!this.#isRefusing) return
    this.#isRefusing = false
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const listener of this.#listeners) listener()
  }

  onWritable(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #lookLater(): void {
    if (this.#isClosed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#options.probe().then(
        () => this.taken(),
        () => this.#lookLater(), // until it takes something
      )
    }, this.#options.everyMs)
  }
}
