import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** One server of the house as its own process, as an operator starts it. */
export interface Part {
  readonly pid: number
  /** Fields of the line that says that it is ready. */
  readonly ready: Readonly<Record<string, unknown>>
  /** Everything it wrote so far. */
  output(): string
  /** Whether the process is still there. */
  isRunning(): boolean
  /** Pulls the plug. */
  kill(): Promise<void>
  /** Asks it to stop, as systemd does; answers its exit code. */
  stop(): Promise<number | null>
}

const mains = {
  platform: ['platform/dist/main.js'],
  gateway: ['--max-semi-space-size=4', 'gateway/dist/main.js'],
  simulator: ['firmware-sim/src/main.ts'],
} as const
export type PartName = keyof typeof mains

interface PartOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** Called with the process id at once, long before the part is ready. */
  readonly onSpawned?: (pid: number) => void
}

const endOf = async (child: ChildProcess) => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** The ready line of a part among what it wrote, if it is there. */
function readyLine(output: string, message: string): Record<string, unknown> | undefined {
  for (const line of output.split('\n')) {
    if (!line.includes(message)) continue
    try {
      return JSON.parse(line) as Record<string, unknown>
    } catch {
      // The line is not complete yet.
    }
  }
  return undefined
}

/** Starts one part and waits until it listens; fails with its output if it ends before. */
export async function startPart(name: PartName, { env = {}, args = [], onSpawned }: PartOptions = {}): Promise<Part> {
  const child = spawn(process.execPath, [...mains[name], ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onSpawned?.(child.pid ?? 0)
  let output = ''
  const message = name === 'simulator' ? 'simulator running' : `${name} listening`
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
      const line = readyLine(output, message)
      if (line) resolve(line)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code ?? 'a signal'}:\n${output}`)))
  })
  return {
    pid: child.pid ?? 0,
    ready,
    output: () => output,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    async kill() {
      child.kill('SIGKILL')
      await endOf(child)
    },
    async stop() {
      child.kill('SIGTERM')
      await endOf(child)
      return child.exitCode
    },
  }
}
