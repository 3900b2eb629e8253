import { createLogger } from './core/logger.ts'
import { parseOptions } from './scenarios/options.ts'
import { runSimulator } from './scenarios/run-simulator.ts'

const logger = createLogger((line) => void process.stdout.write(line))

try {
  const play = await runSimulator(parseOptions(process.argv.slice(2)), logger)
  const stop = () => void play.close().then(() => process.exit(0))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
