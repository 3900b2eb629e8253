const lookEveryMs = 2000

/** Tells when a disk that has refused something takes things again, also when nobody brings anything. */
export class WritableWatch {
  readonly #probe: () => Promise<void>
  readonly #listeners = new Set<() => void>()
  #isRefusing = false
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  /** `probe` rejects while the disk takes nothing. */
  constructor(probe: () => Promise<void>) {
    this.#probe = probe
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
      this.#probe().then(
        () => this.taken(),
        () => this.#lookLater(), // until it takes something
      )
    }, lookEveryMs)
  }
}
