import { AppError, cameraClockDrift } from '../../errors.ts'
import { stepMs, toldTimes, type CameraClock } from './camera-clock.ts'
import type { Soap } from './soap.ts'

const device = 'http://www.onvif.org/ver10/device/wsdl'
const timeRequest = {
  action: `${device}/GetSystemDateAndTime`,
  body: `<GetSystemDateAndTime xmlns="${device}"/>`,
} as const

export const isNotAuthorized = (reason: unknown) =>
  reason instanceof AppError && reason.code === 'CAMERA_NOT_AUTHORIZED'

/** The camera is there, but does not know the request. */
const isRefused = (reason: unknown) =>
  reason instanceof AppError && ['CAMERA_FAULT', 'CAMERA_ANSWER_INVALID'].includes(reason.code)

interface SignInOptions {
  readonly soap: Soap
  readonly camera: URL
  readonly clock: CameraClock
  readonly monotonic: () => number
  readonly onClockDrift: (offsetMs: number) => void
}

export interface SignIn {
  /**
   * Asks the camera for its time. A step since the last time is told. A camera that refuses or does not know the
   * request keeps the offset it had; one that does not answer rejects.
   */
  measureClock(timeoutMs: number): Promise<void>
  /** Runs what needs a signature. When the camera refuses, the clock is measured and it runs once more. */
  readonly signedIn: <T>(request: () => Promise<T>) => Promise<T>
}

export function createSignIn({ soap, camera, clock, monotonic, onClockDrift }: SignInOptions): SignIn {
  let measured = false
  let measuring: Promise<boolean> | undefined

  async function askTime(timeoutMs: number): Promise<void> {
    // Without credentials first: the standard wants it answered, and a signature needs the time that we ask for.
    for (const anonymous of [true, false]) {
      const sentAt = monotonic()
      try {
        const times = toldTimes((await soap.call({ url: camera, ...timeRequest, anonymous, timeoutMs })).body)
        if (times) clock.take(times, sentAt)
        return
      } catch (reason) {
        if (isRefused(reason)) return
        if (!isNotAuthorized(reason)) throw reason
      }
    }
  }

  /** Tells whether the offset changed enough to matter for a signature. Parallel callers share one measurement. */
  function remeasure(timeoutMs: number): Promise<boolean> {
    measuring ??= (async () => {
      const before = clock.offsetMs()
      await askTime(timeoutMs)
      const stepped = Math.abs(clock.offsetMs() - before) >= stepMs
      if (stepped && measured) onClockDrift(clock.offsetMs())
      measured = true
      return stepped
    })().finally(() => (measuring = undefined))
    return measuring
  }

  return {
    async measureClock(timeoutMs) {
      await remeasure(timeoutMs)
    },
    async signedIn(request) {
      try {
        return await request()
      } catch (refused) {
        if (!isNotAuthorized(refused)) throw refused
        const stepped = await remeasure(refusedTimeoutMs)
        if (!stepped && !clock.tryOther()) throw refused
        return await request().catch((again: unknown) => {
          if (!isNotAuthorized(again)) throw again
          throw stepped ? cameraClockDrift(Math.round(clock.offsetMs() / 1000)) : again
        })
      }
    },
  }
}

const refusedTimeoutMs = 5000
