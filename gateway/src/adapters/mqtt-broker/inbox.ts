type Acknowledge = (error?: Error) => void

interface Slot {
  readonly acknowledge: Acknowledge
  settled: boolean
  error: Error | undefined
}

/**
 * The messages of one connection: acknowledged in order of arrival [MQTT-4.6.0-2] although they become durable in
 * any order. Only so many are here at once: the connection is not read on before some of them are settled.
 */
export class Inbox {
  readonly #started: Slot[] = []
  #closed = false

  push(accept: () => Promise<void>, acknowledge: Acknowledge): void {
    if (this.#closed) return
    const slot: Slot = { acknowledge, settled: false, error: undefined }
    this.#started.push(slot)
    accept().then(
      () => this.#settle(slot, undefined),
      (reason: unknown) => this.#settle(slot, reason instanceof Error ? reason : new Error(String(reason))),
    )
  }

  /** Nobody is left to acknowledge anything to. */
  close(): void {
    this.#closed = true
  }

  #settle(slot: Slot, error: Error | undefined): void {
    slot.settled = true
    slot.error = error
    while (this.#started[0]?.settled) {
      const { acknowledge, error: failure } = this.#started[0]
      this.#started.shift()
      acknowledge(failure)
    }
  }
}
