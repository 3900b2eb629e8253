import { pino } from 'pino'
import { loadConfig } from './config.ts'
import { AppError } from './errors.ts'
import { startGateway } from './gateway.ts'

/** Says what is wrong in words and ends: a stack trace helps nobody who mistyped a setting. */
function giveUp(error: unknown): never {
  process.stderr.write(`${error instanceof AppError ? error.message : String((error as Error).stack)}\n`)
  process.exit(1)
}

async function run() {
  const config = loadConfig(process.env)
  const logger = pino({ level: config.GATEHOUSE_LOG_LEVEL })
  const gateway = await startGateway(config, logger)
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= gateway.close().then(() => logger.info({}, 'gateway stopped'), giveUp)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

run().catch(giveUp)
