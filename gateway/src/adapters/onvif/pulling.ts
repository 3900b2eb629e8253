import type { OnvifEvent } from '../../core/ports.ts'
import { delay } from '../../core/retry.ts'
import { AppError } from '../../errors.ts'
import type { PullPoint } from './pull-point.ts'

export const codeOf = (reason: unknown) => (reason instanceof AppError ? reason.code : 'UNKNOWN')
/** Only an explicit refusal means that the subscription is gone. */
export const isRefusal = (reason: unknown) => ['CAMERA_FAULT', 'CAMERA_NOT_AUTHORIZED'].includes(codeOf(reason))

/** A camera that answers at once without events must not keep us busy; a flood is taken at 100 events a second. */
const restMs = (events: number) => Math.max(50, events * 10)
/** A single failed request (a connection cut, a late answer) is no loss; two in a row are. */
const failuresUntilLost = 2
const betweenFailuresMs = 1000

export interface Pulling {
  readonly subscribe: () => Promise<PullPoint>
  readonly onEvent: (event: OnvifEvent) => void
  /** A pull went well. */
  readonly onPulled: () => void
  /** A request failed. */
  readonly onTrouble: () => void
  readonly monotonic: () => number
  readonly signal: AbortSignal
}

/** Some firmware cannot renew. A second subscription then follows without a gap, and the first one expires. */
async function renewed(point: PullPoint, { subscribe, signal }: Pulling): Promise<PullPoint> {
  try {
    await point.renew(signal)
    return point
  } catch (reason) {
    if (!isRefusal(reason)) throw reason
    return subscribe()
  }
}

async function step(point: PullPoint, pulling: Pulling): Promise<PullPoint> {
  if (pulling.monotonic() >= point.renewAt()) return renewed(point, pulling)
  const events = await point.pull(pulling.signal)
  pulling.onPulled()
  for (const event of events) pulling.onEvent(event)
  await delay(restMs(events.length), pulling.signal)
  return point
}

/** Subscribes, pulls and renews; rejects when the subscription is lost, resolves when the signal is aborted. */
export async function pullUntilLost(pulling: Pulling): Promise<void> {
  let point = await pulling.subscribe()
  let failures = 0
  while (!pulling.signal.aborted) {
    try {
      point = await step(point, pulling)
      failures = 0
    } catch (reason) {
      failures += 1
      pulling.onTrouble()
      if (isRefusal(reason) || failures >= failuresUntilLost) throw reason
      await delay(betweenFailuresMs, pulling.signal)
    }
  }
}
