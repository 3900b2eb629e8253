import { deviceOffline } from '../errors.ts'
import type { DeviceCommand } from './command-desk.ts'
import type { SessionHost } from './driver.ts'
import type { CommandData, KnownDevice } from './house.ts'
import type { Logger, OnvifConnect } from './ports.ts'
import { superviseSession, type SupervisedSession } from './session-supervisor.ts'

interface SessionsOptions {
  readonly connect: OnvifConnect
  readonly hostOf: (deviceId: string) => SessionHost
  readonly onOnline: (deviceId: string, online: boolean) => void
  readonly onClockDrift: (deviceId: string, offsetMs: number) => void
  readonly logger: Logger
}

/** The sessions with all devices that we call ourselves. */
export function createSessions({ connect, hostOf, onOnline, onClockDrift, logger }: SessionsOptions) {
  const sessions = new Map<string, SupervisedSession>()

  async function stop(deviceId: string) {
    const session = sessions.get(deviceId)
    sessions.delete(deviceId)
    await session?.stop()
  }

  return {
    start({ driver, desired }: KnownDevice) {
      if (driver.transport !== 'onvif') return
      const { deviceId } = desired
      const session = superviseSession({
        device: desired,
        driver,
        connect,
        host: hostOf(deviceId),
        onOnline: (online) => onOnline(deviceId, online),
        onClockDrift: (offsetMs) => onClockDrift(deviceId, offsetMs),
        logger,
      })
      sessions.set(deviceId, session)
    },
    stop,
    async command({ deviceId, name, args }: DeviceCommand): Promise<CommandData> {
      const session = sessions.get(deviceId)
      if (!session) throw deviceOffline(deviceId)
      return session.command(name, args)
    },
    async close() {
      await Promise.all(Array.from(sessions.keys(), stop))
    },
  }
}

export type Sessions = ReturnType<typeof createSessions>
