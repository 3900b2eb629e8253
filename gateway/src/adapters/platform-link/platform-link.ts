import type { PlatformLink, PlatformMessage } from '../../core/ports.ts'
import { backoff, delay } from '../../core/retry.ts'
import { ReadingsWindow } from './readings-window.ts'
import { UplinkSession, type UplinkSessionOptions } from './uplink-session.ts'

export interface PlatformLinkOptions extends Omit<UplinkSessionOptions, 'onMessage' | 'onWelcome'> {
  readonly onMessage: (message: PlatformMessage, link: PlatformLink) => void
}

export interface RunningPlatformLink extends PlatformLink {
  isConnected(): boolean
  close(): Promise<void>
}

const firstRetryMs = 500
const maxRetryMs = 30_000

/** Keeps one connection to the platform, for as long as the gateway runs. */
export function startPlatformLink(options: PlatformLinkOptions): RunningPlatformLink {
  const { logger } = options
  const end = new AbortController()
  let session: UplinkSession | undefined
  let isAway = false
  const window = new ReadingsWindow((message) => void session?.send(message, 0))
  const isConnected = () => session?.isWelcome === true

  const link: PlatformLink = {
    sendReadings(deviceId, at, readings) {
      if (isConnected()) window.add(deviceId, { at, readings: { ...readings } })
    },
    commandAccepted: (commandId) => void session?.send({ type: 'command-accepted', commandId }, 1),
  }

  function noteEnd({ problem }: UplinkSession) {
    if (isAway || end.signal.aborted) return
    isAway = true // said once, however long it lasts
    logger.warn({ err: problem }, 'platform not connected, the gateway goes on alone')
  }

  async function run() {
    let attempt = 0
    while (!end.signal.aborted) {
      session = new UplinkSession({
        ...options,
        onMessage: (message) => options.onMessage(message, link),
        onWelcome() {
          attempt = 0
          isAway = false
          logger.info({}, 'platform connected')
        },
      })
      await session.ended
      noteEnd(session)
      window.stop()
      await delay(backoff({ firstMs: firstRetryMs, maxMs: maxRetryMs, attempt, random: Math.random }), end.signal)
      attempt += 1
    }
  }

  const running = run()
  return {
    ...link,
    isConnected,
    async close() {
      end.abort()
      window.stop()
      await session?.close()
      await running
    },
  }
}
