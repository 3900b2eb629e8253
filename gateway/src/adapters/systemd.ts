import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const notifyWithinMs = 5000

export interface ServiceManager {
  /** How often it must hear that all is well; nothing when it does not watch. */
  readonly watchdogMs: number | undefined
  tell(state: 'READY=1' | 'STOPPING=1' | 'WATCHDOG=1'): Promise<void>
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
    tell: async (state) => {
      await run('systemd-notify', [state], { timeout: notifyWithinMs })
    },
  }
}
