import type { Logger, OnvifSession, RefusalCounter } from '../../core/ports.ts'
import { AppError, cameraUnreachable } from '../../errors.ts'
import { ownAddress } from './address-guard.ts'
import { createCameraClock, type TimeSource } from './camera-clock.ts'
import type { Credentials } from './http-auth.ts'
import type { HttpClient } from './http-client.ts'
import type { DescribeStream } from './rtsp/describe.ts'
import { startLiveness } from './liveness.ts'
import { createOnvifRequests } from './node-onvif.ts'
import { fetchPicture } from './picture.ts'
import { createPullPoint } from './pull-point.ts'
import { createCameraServices } from './services.ts'
import { createSignIn } from './sign-in.ts'
import { createSoap, type Soap } from './soap.ts'
import { createStreamCheck } from './stream-check.ts'
import { startWatch } from './watch.ts'

export interface Timing {
  readonly requestMs: number
  /** Limit of one look whether the camera is there. */
  readonly checkMs: number
  readonly livenessMs: number
  readonly pictureMs: number
  readonly streamMs: number
  /** First wait before events are subscribed again. */
  readonly retryMs: number
}

interface SessionOptions {
  readonly camera: URL
  readonly credentials: Credentials
  readonly http: HttpClient
  readonly describe: DescribeStream
  readonly counter: RefusalCounter
  readonly logger: Logger
  readonly time: TimeSource
  readonly timing: Timing
  readonly onClockDrift: (offsetMs: number) => void
  readonly onLost?: (reason: Error) => void
  readonly signal?: AbortSignal
}

/** The parts that share one camera's clock and one end. */
function createParts(options: SessionOptions, closing: AbortSignal) {
  const { camera, credentials, http, counter, time, timing } = options
  const clock = createCameraClock(time)
  const soap = createSoap({ http, credentials, clock, counter, timeoutMs: timing.requestMs, signal: closing })
  const { onClockDrift } = options
  const signIn = createSignIn({ soap, camera, clock, monotonic: time.monotonic, onClockDrift })
  const requests = createOnvifRequests(soap, camera)
  const services = createCameraServices({ camera, requests, signedIn: signIn.signedIn })
  const signedSoap: Soap = { ...soap, call: (call) => signIn.signedIn(() => soap.call(call)) }
  const streamUri = (token: string) => services.streamUri(token)
  const checkStream = createStreamCheck({ ...options, streamUri, timeoutMs: timing.streamMs, signal: closing })
  return { clock, signIn, services, signedSoap, checkStream }
}

/** Finds out whether the camera is there and whether it knows us. */
async function greet({ signIn, services }: ReturnType<typeof createParts>, timing: Timing): Promise<void> {
  await signIn.measureClock(timing.requestMs)
  try {
    await services.information()
  } catch (reason) {
    // A camera that knows us but not the request is still a camera.
    if (!(reason instanceof AppError) || reason.code !== 'CAMERA_FAULT') throw reason
  }
}

export async function openSession(options: SessionOptions): Promise<OnvifSession> {
  const { camera, credentials, http, counter, time, timing } = options
  const closing = new AbortController()
  const close = () => closing.abort()
  options.signal?.addEventListener('abort', close, { once: true })
  const parts = createParts(options, closing.signal)
  try {
    if (options.signal?.aborted) throw cameraUnreachable('the attempt was given up')
    await greet(parts, timing)
  } catch (reason) {
    close()
    throw reason
  } finally {
    options.signal?.removeEventListener('abort', close)
  }

  const { clock, signIn, services, signedSoap } = parts
  const liveness = startLiveness({
    check: () => signIn.measureClock(timing.checkMs),
    everyMs: timing.livenessMs,
    onLost: (reason) => options.onLost?.(reason),
  })
  const watches = new Set<() => Promise<void>>()

  return {
    clockOffsetMs: () => clock.offsetMs(),
    information: () => services.information(),
    profiles: () => services.profiles(),
    streamUri: (token) => services.streamUri(token),
    checkStream: (token) => parts.checkStream(token),
    async snapshot(token) {
      const url = await services.snapshotUrl(token)
      const request = { url, credentials, timeoutMs: timing.pictureMs, signal: closing.signal }
      return fetchPicture(http, counter, request)
    },
    watch(onEvent, onState) {
      const own = (address: string) => ownAddress(camera, address)
      const stop = startWatch({
        createPullPoint: async (signal) => {
          const service = await services.eventService()
          return createPullPoint({ soap: signedSoap, clock, ...time, service, own }, signal)
        },
        onEvent,
        onState,
        onTrouble: () => liveness.hurry(),
        logger: options.logger,
        monotonic: time.monotonic,
        firstRetryMs: timing.retryMs,
      })
      watches.add(stop)
      return async () => {
        watches.delete(stop)
        await stop()
      }
    },
    async close() {
      liveness.stop()
      await Promise.all([...watches].map((stop) => stop()))
      close()
    },
  }
}
