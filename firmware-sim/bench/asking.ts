import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { availableParallelism, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'

/** Where processes run that stand for other machines: beside the server, as far as there is room. */
const elsewhere = ['-c', String(availableParallelism() - 1), process.execPath]

/** Lets a process come before everything else on this machine, if we may. */
export async function prefer(pid: number): Promise<void> {
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    try {
      setPriority(Number(thread), -20)
    } catch {
      return // not root: then it is as quick as the machine is quiet
    }
  }
}

/** A process of this folder that answers figures when it is asked. */
export async function startAsking<Figures>(script: string, args: readonly (string | number)[], isFarAway = false) {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const options = isFarAway ? { execPath: 'taskset', execArgv: elsewhere } : {}
  const child: ChildProcess = fork(path, args.map(String), options)
  await once(child, 'message')
  return {
    pid: child.pid ?? 0,
    async figures(): Promise<Figures> {
      const answer = once(child, 'message')
      child.send('figures')
      return ((await answer) as [Figures])[0]
    },
    async stop() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
