import type { Logger, OnvifConnect, RefusalCounter } from '../../core/ports.ts'
import { cameraAddressRefused } from '../../errors.ts'
import { createAddressGuard } from './address-guard.ts'
import { createHttpClient } from './http-client.ts'
import { createDescribeStream } from './rtsp/describe.ts'
import { openSession, type Timing } from './session.ts'

export interface OnvifOptions {
  /** CIDRs in which cameras may lie. */
  readonly networks: readonly string[]
  readonly counter: RefusalCounter
  readonly logger: Logger
  /** UTC ms. */
  readonly now?: () => number
  readonly timing?: Partial<Timing>
}

const defaults: Timing = {
  requestMs: 8000,
  checkMs: 5000,
  livenessMs: 20_000,
  pictureMs: 10_000,
  streamMs: 5000,
  retryMs: 2000,
}

export function createOnvifConnect(options: OnvifOptions): OnvifConnect {
  const { counter, logger, now = () => Date.now() } = options
  const guard = createAddressGuard(options.networks, counter)
  const http = createHttpClient(guard, counter)
  const describe = createDescribeStream(guard, counter)
  const time = { now, monotonic: () => performance.now() }
  const timing = { ...defaults, ...options.timing }

  return async ({ address, username, password, onClockDrift, onLost, signal }) => {
    if (!URL.canParse(address))
      throw cameraAddressRefused('it is no URL such as http://192.168.1.20/onvif/device_service')
    const camera = new URL(address)
    camera.username = camera.password = ''
    guard.check(camera)
    return openSession({
      camera,
      credentials: { username, password },
      http,
      describe,
      counter,
      logger,
      time,
      timing,
      onClockDrift,
      ...(onLost && { onLost }),
      ...(signal && { signal }),
    })
  }
}
