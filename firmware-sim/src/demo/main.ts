import { join } from 'node:path'
import type { OnFailure } from './child.ts'
import { startDemo, type Demo } from './demo.ts'
import { readSettings } from './settings.ts'
import { summary } from './summary.ts'

const say = (text: string) => void process.stdout.write(text)

const onFailure: OnFailure = ({ name, reason, lastLines, restartInMs }) => {
  const words = lastLines.map((line) => `    ${line}\n`).join('')
  process.stderr.write(
    `  ${name} ended (${reason}) and starts again in ${restartInMs / 1000} s. Its last words:\n${words}`,
  )
}

let demo: Promise<Demo> | undefined
const stopping = new AbortController()

async function stop() {
  if (stopping.signal.aborted) return
  stopping.abort()
  say('\n  stopping …\n')
  await demo?.then(
    (running) => running.stop(),
    () => undefined,
  )
  process.exit()
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop())

try {
  const settings = readSettings(join(import.meta.dirname, '../../..'), process.argv.slice(2), process.env)
  const { signal } = stopping
  demo = startDemo({ settings, onStep: (step) => say(`  ${step} …\n`), onFailure, signal })
  const running = await demo
  say(summary(running, settings.data, process.stdout.isTTY))
} catch (error) {
  if (!stopping.signal.aborted) process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
