import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { BaseLogger } from 'pino'
import { startSweeper } from './sweeper.ts'

const run = promisify(execFile)
const notifyWithinMs = 5000

type Word = 'READY=1' | 'STOPPING=1' | 'WATCHDOG=1'

export interface ServiceManager {
  /** How often it must hear that all is well; nothing when it does not watch. */
  readonly watchdogMs: number | undefined
  tell(word: Word): Promise<void>
}

/**
 * systemd, if it has started us. It listens on a datagram socket of the Unix kind, which Node cannot open:
 * `systemd-notify` speaks for us, so the unit needs `NotifyAccess=all`.
 */
export function serviceManagerOf(env: Readonly<Record<string, string | undefined>>): ServiceManager | undefined {
  if (env['NOTIFY_SOCKET'] === undefined) return undefined
  const watchdogMs = Number(env['WATCHDOG_USEC']) / 1000
  return {
    watchdogMs: watchdogMs > 0 ? watchdogMs : undefined,
    tell: async (word) => {
      await run('systemd-notify', [word], { timeout: notifyWithinMs })
    },
  }
}

/**
 * Tells the service manager that we listen, that the event loop turns, and that we go. A database that is away is
 * no reason to start anew: it would still be away.
 */
export async function announceTo(manager: ServiceManager | undefined, logger: Pick<BaseLogger, 'error'>) {
  const tell = async (word: Word) => {
    await manager?.tell(word).catch((error: unknown) => {
      logger.error({ err: error }, 'service manager not told')
    })
  }
  await tell('READY=1')
  const everyMs = manager?.watchdogMs && manager.watchdogMs / 3
  const watchdog = everyMs ? startSweeper({ everyMs, chore: () => tell('WATCHDOG=1'), logger }) : undefined
  return {
    async close() {
      await watchdog?.stop()
      await tell('STOPPING=1')
    },
  }
}
