import { createServer } from 'node:net'

export interface PortUse {
  readonly port: number
  /** What listens on it, and what to set to move it. */
  readonly what: string
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })

/** Names every port that somebody else has: moving silently would leave the user on the wrong page. */
export async function requireFreePorts(uses: readonly PortUse[]) {
  const taken: string[] = []
  for (const { port, what } of uses) if (!(await isFree(port))) taken.push(`  ${port}  ${what}`)
  if (taken.length === 0) return
  throw new Error(
    `These ports are taken on this machine; stop what uses them (perhaps another demo) or choose others:\n${taken.join('\n')}`,
  )
}
