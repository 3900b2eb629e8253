import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Starts a reference server and answers the fields of its first line. */
export async function startReference(name: string, args: readonly string[]) {
  const child = spawn(process.execPath, [script(name), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return {
    pid: child.pid ?? 0,
    ready: JSON.parse(line) as Readonly<Record<string, number>>,
    async stop() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/** Measures a reference server that keeps what it is told in a new file below `folder`. */
export async function measureReference<T>(
  name: string,
  folder: string,
  measure: (pid: number, port: number) => Promise<T>,
): Promise<T> {
  const server = await startReference(name, [join(folder, `bare-${Date.now()}.log`)])
  try {
    return await measure(server.pid, server.ready['mqttPort'] ?? 0)
  } finally {
    await server.stop()
  }
}

/** Runs a script to its end and answers the JSON that it printed. */
export async function runScript(
  name: string,
  args: readonly (string | number)[],
): Promise<Readonly<Record<string, number>>> {
  const { stdout } = await promisify(execFile)(process.execPath, [script(name), ...args.map(String)])
  return JSON.parse(stdout) as Readonly<Record<string, number>>
}
