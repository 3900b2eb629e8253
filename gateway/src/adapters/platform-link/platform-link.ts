import type { UplinkUp } from '@gatehouse/platform/contract'
import type { PlatformLink, PlatformMessage } from '../../core/ports.ts'
import { delay } from '../../core/retry.ts'
import { feedContinuity, type ContinuityFeed } from './continuity-feed.ts'
import { createReadingsSnapshot, type ReadingsSnapshotOptions } from './readings-snapshot.ts'
import { ReadingsWindow } from './readings-window.ts'
import { reconnectWait } from './reconnect-wait.ts'
import { UplinkSession, type UplinkSessionOptions } from './uplink-session.ts'

export interface PlatformLinkOptions extends Omit<UplinkSessionOptions, 'onMessage' | 'onWelcome' | 'sent'> {
  readonly onMessage: (message: PlatformMessage, link: PlatformLink) => void
  readonly lastReadings: ReadingsSnapshotOptions['lastReadings']
  readonly continuity: ContinuityFeed
}

export interface RunningPlatformLink extends PlatformLink {
  isConnected(): boolean
  /** Settles when it no longer tries. */
  readonly ended: Promise<void>
  /** Asks for the next certificate, if the platform is there. */
  renew(csr: string): void
  /** Ends this connection in order and makes a new one, with what the identity is then. */
  reconnect(): void
  close(): Promise<void>
}

/** What may be said at any time; it goes up now or not at all. */
function createWaysUp(parts: {
  readonly window: ReadingsWindow
  readonly isConnected: () => boolean
  readonly send: (message: UplinkUp) => void
}): PlatformLink & Pick<RunningPlatformLink, 'renew'> {
  const { window, isConnected, send } = parts
  return {
    sendReadings(deviceId, at, readings) {
      if (isConnected()) window.add(deviceId, { at, readings: { ...readings } })
    },
    commandAccepted: (commandId) => send({ type: 'command-accepted', commandId }),
    renew(csr) {
      if (isConnected()) send({ type: 'renew', csr })
    },
  }
}

/** Keeps one connection to the platform, for as long as the gateway runs. */
export function startPlatformLink(options: PlatformLinkOptions): RunningPlatformLink {
  const { logger } = options
  const [end, sent] = [new AbortController(), { seq: 0 }]
  let session: UplinkSession | undefined
  let isAway = false
  const window = new ReadingsWindow((message) => void session?.send(message, 0))
  const tellAll = createReadingsSnapshot({ ...options, send: async (message) => session?.send(message, 0) })
  const isConnected = () => session?.isWelcome === true
  const tellContinuity = (signal: AbortSignal) =>
    feedContinuity(options.continuity, { send: async (message) => session?.send(message, 1), logger }, signal)

  const link = createWaysUp({ window, isConnected, send: (message) => void session?.send(message, 1) })

  function noteEnd({ problem }: UplinkSession) {
    if (isAway || end.signal.aborted) return
    isAway = true // said once, however long it lasts
    logger.warn({ err: problem }, 'platform not connected, the gateway goes on alone')
  }

  async function run() {
    let attempt = 0
    while (!end.signal.aborted) {
      const over = new AbortController()
      let again = new AbortController()
      session = new UplinkSession({
        ...options,
        sent,
        onMessage: (message) => options.onMessage(message, link),
        onWelcome() {
          attempt = 0
          isAway = false
          logger.info({}, 'platform connected')
          void tellAll(over.signal)
          // Greeted again, it has forgotten what it was told.
          again.abort()
          again = new AbortController()
          void tellContinuity(AbortSignal.any([over.signal, again.signal]))
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
    ended: running,
    reconnect() {
      isAway = true // on purpose: nothing to report
      void session?.close()
    },
    async close() {
      end.abort()
      window.stop()
      await session?.close()
      await running
    },
  }
}
