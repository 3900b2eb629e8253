import type { DesiredDevice } from '@gatehouse/platform/contract'
import { AppError, deviceOffline } from '../errors.ts'
import type { OnvifDriver, SessionDevice, SessionHost } from './driver.ts'
import { keepAlive, type Live } from './keep-alive.ts'
import type { Logger, OnvifConnect, OnvifSession } from './ports.ts'
import { backoff, delay } from './retry.ts'

export interface SessionRetry {
  readonly firstMs: number
  readonly maxMs: number
  /** Between tries when the camera refuses the sign-in: cameras lock a user out after a handful of refusals. */
  readonly refusedMs: number
  /** A session that lasted this long was a good one: the next outage begins with a short wait. */
  readonly steadyMs: number
  readonly random: () => number
  readonly now: () => number
  /** Ends early with the signal. */
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>
}

export const sessionRetry: SessionRetry = {
  firstMs: 1000,
  maxMs: 60_000,
  refusedMs: 300_000,
  steadyMs: 60_000,
  random: Math.random,
  now: Date.now,
  delay,
}

export interface Supervision {
  readonly device: DesiredDevice
  readonly driver: OnvifDriver
  readonly connect: OnvifConnect
  readonly host: SessionHost
  /** Called on changes only; the first call tells how the first attempt went. */
  readonly onOnline: (online: boolean, reason: 'connected' | 'unreachable') => void
  readonly onClockDrift: (offsetMs: number) => void
  readonly logger: Logger
  readonly retry?: SessionRetry
}

export interface SupervisedSession {
  /** Rejects with DEVICE_OFFLINE while there is no connection. */
  command(name: string, args: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>
  /** Ends the session for good and tells nobody. */
  stop(): Promise<void>
}

const codeOf = (reason: unknown) => (reason instanceof AppError ? reason.code : 'UNKNOWN')

async function open(supervision: Supervision, signal: AbortSignal): Promise<Live<SessionDevice>> {
  const { device, driver, connect, host, onClockDrift } = supervision
  const { promise: lost, resolve: onLost } = Promise.withResolvers<unknown>()
  const session = await connect({
    address: device.address ?? '',
    username: device.username ?? '',
    password: device.secret ?? '',
    onClockDrift,
    onLost,
    signal,
  })
  try {
    const value = await driver.connect(session, device, host)
    return { value, lost, close: () => close(session, value) }
  } catch (reason) {
    await session.close()
    throw reason
  }
}

async function close(session: OnvifSession, device: SessionDevice): Promise<void> {
  await device.close()
  await session.close()
}

/** Says each change once; that the device is online or offline is logged where presence is kept. */
function createTeller({ device, onOnline, logger }: Supervision) {
  const { deviceId } = device
  let told: boolean | undefined
  let toldCode: string | undefined
  return {
    online() {
      toldCode = undefined
      if (told === true) return
      told = true
      onOnline(true, 'connected')
    },
    offline(reason: unknown) {
      const code = codeOf(reason)
      if (toldCode !== code) logger.warn({ deviceId, code }, 'no session with the device, connecting again')
      toldCode = code
      if (told === false) return
      told = false
      onOnline(false, 'unreachable')
    },
  }
}

/** Keeps one device connected that we must call ourselves: connects, waits for its loss, connects again. */
export function superviseSession(supervision: Supervision): SupervisedSession {
  const { firstMs, maxMs, refusedMs, steadyMs, random, now, delay } = supervision.retry ?? sessionRetry
  const tell = createTeller(supervision)
  const kept = keepAlive({
    open: (signal) => open(supervision, signal),
    onUp: () => tell.online(),
    onDown: (reason) => tell.offline(reason),
    waitMs: (reason, attempt) =>
      codeOf(reason) === 'CAMERA_NOT_AUTHORIZED' ? refusedMs : backoff({ firstMs, maxMs, attempt, random }),
    steadyMs,
    now,
    delay,
  })
  return {
    async command(name, args) {
      const device = kept.current()
      if (!device) throw deviceOffline(supervision.device.deviceId)
      return device.command(name, args)
    },
    stop: () => kept.stop(),
  }
}
