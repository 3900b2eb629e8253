import type { Logger, OnvifEvent } from '../../core/ports.ts'
import { backoff, delay } from '../../core/retry.ts'
import type { PullPoint } from './pull-point.ts'
import { codeOf, isRefusal, pullUntilLost } from './pulling.ts'

export interface WatchOptions {
  readonly createPullPoint: (signal: AbortSignal) => Promise<PullPoint>
  readonly onEvent: (event: OnvifEvent) => void
  readonly onState: (state: 'live' | 'stale') => void
  /** Somebody should look whether the camera is there at all. */
  readonly onTrouble: () => void
  readonly logger: Logger
  readonly monotonic: () => number
  readonly firstRetryMs: number
}

const maxRetryMs = 60_000
/** Cameras lock a user out after a handful of refused sign-ins. */
const refusedRetryMs = 300_000

/** Says each change of state once. */
function createTeller({ onState, logger }: WatchOptions) {
  let told: 'live' | 'stale' | undefined
  return (state: 'live' | 'stale', fields: object = {}) => {
    if (told === state) return
    told = state
    onState(state)
    if (state === 'live') logger.info(fields, 'camera events are live')
    else logger.warn(fields, 'camera events are lost, subscribing again')
  }
}

function deliverSafely({ onEvent, logger }: WatchOptions) {
  return (event: OnvifEvent) => {
    try {
      onEvent(event)
    } catch (error) {
      logger.error({ error, topic: event.topic }, 'camera event could not be handled')
    }
  }
}

/** Keeps a subscription alive until the answer is called, which also ends the subscription in the camera. */
export function startWatch(options: WatchOptions): () => Promise<void> {
  const { createPullPoint, onTrouble, logger, monotonic, firstRetryMs } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const tell = createTeller(options)
  const onEvent = deliverSafely(options)
  let point: PullPoint | undefined
  let attempt = 0

  async function subscribe(): Promise<PullPoint> {
    point = await createPullPoint(signal)
    tell('live')
    // Optional in practice: cameras without it send their states after the subscription anyway, or not at all.
    await point.synchronize(signal).catch((reason: unknown) => {
      logger.debug({ code: codeOf(reason) }, 'camera does not synchronize its states')
    })
    return point
  }

  /** Cameras have few pull points to give. One that cannot be ended now expires by itself. */
  async function release(): Promise<void> {
    const released = point
    point = undefined
    await released?.unsubscribe().catch((reason: unknown) => {
      logger.debug({ code: codeOf(reason) }, 'camera did not end the subscription')
    })
  }

  function retryMs(reason: unknown): number {
    const wait = backoff({ firstMs: firstRetryMs, maxMs: maxRetryMs, attempt, random: Math.random })
    attempt += 1
    return codeOf(reason) === 'CAMERA_NOT_AUTHORIZED' ? refusedRetryMs : wait
  }

  async function run(): Promise<void> {
    const onPulled = () => (attempt = 0)
    const pulling = { subscribe, onEvent, onPulled, onTrouble, monotonic, signal }
    while (!signal.aborted) {
      try {
        await pullUntilLost(pulling)
      } catch (reason) {
        if (stopping.signal.aborted) return
        tell('stale', { code: codeOf(reason) })
        if (isRefusal(reason)) point = undefined
        else await release()
        await delay(retryMs(reason), signal)
      }
    }
  }

  const running = run()
  return async () => {
    stopping.abort()
    await running
    await release()
  }
}
