import { pino, type Logger } from 'pino'
import { openIdentity } from './adapters/identity/identity-store.ts'
import { identityFolder, loadConfig } from './config.ts'
import { AppError } from './errors.ts'
import { serviceManagerOf, type ServiceManager } from './adapters/systemd.ts'
import { startWatchdog } from './core/watchdog.ts'
import { startGateway, type Gateway } from './gateway.ts'

const closeWithinMs = 5000

/** Says what is wrong in words and ends: a stack trace helps nobody who mistyped a setting. */
export function giveUp(error: unknown): never {
  process.stderr.write(`${error instanceof AppError ? error.message : String((error as Error).stack)}\n`)
  process.exit(1)
}

/** What is under way is brought to disk, if that can still be done; the service manager starts a new process. */
async function endAfter(error: Error, gateway: Gateway, logger: Logger): Promise<never> {
  logger.fatal({ err: error }, 'the gateway cannot go on and ends, to be started anew')
  const timer = setTimeout(() => process.exit(1), closeWithinMs)
  await gateway.close().catch((failure: unknown) => logger.error({ err: failure }, 'gateway not stopped cleanly'))
  clearTimeout(timer)
  process.exit(1)
}

/** Tells systemd, if it has started us, that we listen, that all is well, and that we go. */
async function announce({ checks }: Gateway, logger: Logger) {
  const systemd: ServiceManager | undefined = serviceManagerOf(process.env)
  const tell = async (state: Parameters<ServiceManager['tell']>[0]) => {
    await systemd?.tell(state).catch((error: unknown) => logger.error({ err: error }, 'service manager not told'))
  }
  await tell('READY=1')
  const everyMs = systemd?.watchdogMs && systemd.watchdogMs / 3
  const watchdog = everyMs ? startWatchdog({ everyMs, checks, ping: () => tell('WATCHDOG=1'), logger }) : undefined
  return {
    async close() {
      await watchdog?.close()
      await tell('STOPPING=1')
    },
  }
}

/** The gateway as a process: environment → configuration → gateway → signals. Resolves when it listens. */
export async function run(): Promise<void> {
  const machine = await openIdentity(identityFolder(process.env))
  const config = loadConfig(process.env, machine?.current())
  const logger = pino({ level: config.GATEHOUSE_LOG_LEVEL })
  const gateway = await startGateway(config, logger)
  process.on('uncaughtException', gateway.crashed)
  process.on('unhandledRejection', gateway.crashed)
  void gateway.failed.then((error) => endAfter(error, gateway, logger))
  const systemd = await announce(gateway, logger)
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= systemd
      .close()
      .then(() => gateway.close())
      .then(() => logger.info({}, 'gateway stopped'), giveUp)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}
