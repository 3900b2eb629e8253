import { pino } from 'pino'
import { loadConfig } from './config.ts'
import { announceTo, serviceManagerOf } from './core/service-manager.ts'
import { startPlatform } from './platform.ts'

async function run() {
  const config = loadConfig(process.env)
  const logger = pino({ level: config.GATEHOUSE_LOG_LEVEL })
  const platform = await startPlatform(config, logger)
  // Shown once and never logged: only its hash is stored.
  if (platform.adminPassword !== undefined)
    process.stdout.write(`\nSign in as "admin" with the password ${platform.adminPassword}\n\n`)

  const systemd = await announceTo(serviceManagerOf(process.env), logger)
  let closing: Promise<void> | undefined
  function stop(signal: string) {
    logger.info({ signal }, 'platform stopping')
    closing ??= systemd
      .close()
      .then(() => platform.close())
      .catch((error: unknown) => {
        logger.error({ err: error }, 'platform not stopped cleanly')
        process.exitCode = 1
      })
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
