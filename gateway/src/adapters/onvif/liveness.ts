import { delay } from '../../core/retry.ts'

export interface LivenessOptions {
  /** Rejects when the camera does not answer. */
  readonly check: () => Promise<void>
  readonly everyMs: number
  readonly onLost: (reason: Error) => void
}

/** One lost packet is no outage, and a camera needs a moment for a hiccup of its own. */
const failuresUntilLost = 3

/** Looks regularly whether the camera is there. `hurry` looks now. */
export function startLiveness({ check, everyMs, onLost }: LivenessOptions): { hurry(): void; stop(): void } {
  const stopping = new AbortController()
  let wait = new AbortController()

  async function run(): Promise<void> {
    let failures = 0
    for (;;) {
      wait = new AbortController()
      // Spread, so that cameras that were connected together are not asked together for ever.
      await delay(failures === 0 ? everyMs * (0.75 + Math.random() / 2) : everyMs / 10, wait.signal)
      if (stopping.signal.aborted) return
      try {
        await check()
        failures = 0
      } catch (reason) {
        failures += 1
        if (failures === failuresUntilLost) {
          onLost(reason as Error)
          return
        }
      }
    }
  }

  void run()
  return {
    hurry: () => wait.abort(),
    stop() {
      stopping.abort()
      wait.abort()
    },
  }
}
