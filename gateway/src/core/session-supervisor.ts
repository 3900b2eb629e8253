import type { DesiredDevice } from '@gatehouse/platform/contract'
import { AppError, deviceOffline } from '../errors.ts'
import type { OnvifDriver, SessionDevice, SessionHost } from './driver.ts'
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

interface Connection {
  readonly session: OnvifSession
  readonly device: SessionDevice
  /** Resolves when the device no longer answers. */
  readonly lost: Promise<unknown>
}

const codeOf = (reason: unknown) => (reason instanceof AppError ? reason.code : 'UNKNOWN')

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

async function open({ device, driver, connect, host, onClockDrift }: Supervision, signal: AbortSignal) {
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
    return { session, device: await driver.connect(session, device, host), lost }
  } catch (reason) {
    await session.close()
    throw reason
  }
}

async function close({ session, device }: Connection): Promise<void> {
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
  const retry = supervision.retry ?? sessionRetry
  const stopping = new AbortController()
  const { signal } = stopping
  const tell = createTeller(supervision)
  let connection: Connection | undefined
  let attempt = 0

  /** Resolves with the reason why the connection is gone. */
  async function live(): Promise<unknown> {
    const opened = await open(supervision, signal)
    const since = retry.now()
    connection = opened
    if (!signal.aborted) tell.online()
    const reason = await Promise.race([opened.lost, aborted(signal)])
    connection = undefined
    if (retry.now() - since >= retry.steadyMs) attempt = 0
    if (!signal.aborted) tell.offline(reason)
    await close(opened)
    return reason
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const reason = await live().catch((failure: unknown) => failure)
      if (stopping.signal.aborted) return
      tell.offline(reason)
      const wait = backoff({ firstMs: retry.firstMs, maxMs: retry.maxMs, attempt, random: retry.random })
      attempt += 1
      await retry.delay(codeOf(reason) === 'CAMERA_NOT_AUTHORIZED' ? retry.refusedMs : wait, signal)
    }
  }

  const running = run()
  return {
    async command(name, args) {
      if (!connection) throw deviceOffline(supervision.device.deviceId)
      return connection.device.command(name, args)
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
