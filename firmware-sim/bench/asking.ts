import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of this folder that answers figures when it is asked. */
export async function startAsking<Figures>(script: string, args: readonly (string | number)[]) {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child: ChildProcess = fork(path, args.map(String))
  await once(child, 'message')
  return {
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
