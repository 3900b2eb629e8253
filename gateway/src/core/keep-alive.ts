/** Something that runs until it is lost. */
export interface Live<T> {
  readonly value: T
  /** Settles with the reason when it no longer works. */
  readonly lost: Promise<unknown>
  close(): Promise<void>
}

export interface KeepAliveOptions<T> {
  /** Ends early with the signal. */
  readonly open: (signal: AbortSignal) => Promise<Live<T>>
  readonly onUp: (value: T) => void
  /** An attempt has failed, or what ran was lost. */
  readonly onDown: (reason: unknown) => void
  /** How long to wait before attempt number `attempt`, counted from 0 for the first after a good run. */
  readonly waitMs: (reason: unknown, attempt: number) => number
  /** What lasted this long was good: the next loss begins with a short wait. */
  readonly steadyMs: number
  readonly now: () => number
  /** Ends early with the signal. */
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface KeptAlive<T> {
  /** What runs now. */
  current(): T | undefined
  /** Gives up what runs now; it is opened again. Answers whether anything did run. */
  drop(reason: unknown): boolean
  /** Ends it for good. */
  stop(): Promise<void>
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Keeps one thing running: opens it, waits for its loss, opens it again, for as long as it is wanted. */
export function keepAlive<T>(options: KeepAliveOptions<T>): KeptAlive<T> {
  const { open, onUp, onDown, waitMs, steadyMs, now, delay } = options
  const stopping = new AbortController()
  const { signal } = stopping
  let current: T | undefined
  let dropped = Promise.withResolvers<unknown>()
  let attempt = 0

  /** Resolves with the reason why it no longer runs. */
  async function live(): Promise<unknown> {
    const opened = await open(signal)
    const since = now()
    dropped = Promise.withResolvers()
    current = opened.value
    if (!signal.aborted) onUp(opened.value)
    const lost = opened.lost.catch((failure: unknown) => failure)
    const reason = await Promise.race([lost, dropped.promise, aborted(signal)])
    current = undefined
    if (now() - since >= steadyMs) attempt = 0
    if (!signal.aborted) onDown(reason)
    await opened.close().catch(() => undefined) // its owner has said what there is to say
    return reason
  }

  async function attemptLive(): Promise<unknown> {
    try {
      return await live()
    } catch (failure) {
      if (!signal.aborted) onDown(failure)
      return failure
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const reason = await attemptLive()
      if (stopping.signal.aborted) return
      await delay(waitMs(reason, attempt++), signal)
    }
  }

  const running = run()
  return {
    current: () => current,
    drop(reason) {
      dropped.resolve(reason)
      return current !== undefined
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
