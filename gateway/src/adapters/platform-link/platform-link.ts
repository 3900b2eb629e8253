import type { PlatformLink, PlatformMessage } from '../../core/ports.ts'
import { delay } from '../../core/retry.ts'
import { createReadingsSnapshot, type ReadingsSnapshotOptions } from './readings-snapshot.ts'
import { ReadingsWindow } from './readings-window.ts'
import { reconnectWait } from './reconnect-wait.ts'
import { UplinkSession, type UplinkSessionOptions } from './uplink-session.ts'

export interface PlatformLinkOptions extends Omit<UplinkSessionOptions, 'onMessage' | 'onWelcome'> {
  readonly onMessage: (message: PlatformMessage, link: PlatformLink) => void
  readonly lastReadings: ReadingsSnapshotOptions['lastReadings']
}

export interface RunningPlatformLink extends PlatformLink {
  isConnected(): boolean
  close(): Promise<void>
}

/** Keeps one connection to the platform, for as long as the gateway runs. */
export function startPlatformLink(options: PlatformLinkOptions): RunningPlatformLink {
  const { logger } = options
  const end = new AbortController()
  let session: UplinkSession | undefined
  let isAway = false
  const window = new ReadingsWindow((message) => void session?.send(message, 0))
  const tellAll = createReadingsSnapshot({ ...options, send: async (message) => session?.send(message, 0) })
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
      const over = new AbortController()
      session = new UplinkSession({
        ...options,
        onMessage: (message) => options.onMessage(message, link),
        onWelcome() {
          attempt = 0
          isAway = false
          logger.info({}, 'platform connected')
          void tellAll(over.signal)
        },
      })
      await session.ended
      over.abort()
      noteEnd(session)
      window.stop()
      await delay(reconnectWait(attempt, Math.random), end.signal)
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
