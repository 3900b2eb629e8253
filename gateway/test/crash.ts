import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const script = fileURLToPath(new URL('crash-writer.main.ts', import.meta.url))

/** Lets a child process write, kills it with SIGKILL after so many acknowledged writes, answers what it had acknowledged. */
export async function writeUntilKilled(args: readonly string[], acknowledgements: number): Promise<number[]> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exit = once(child, 'exit')
  let output = ''
  child.stdout.setEncoding('utf8')
  for await (const text of child.stdout) {
    output += String(text)
    if (output.split('\n').length > acknowledgements) child.kill('SIGKILL')
  }
  await exit
  return output.split('\n').slice(0, -1).map(Number)
}
