import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'vitest'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What is in use once everything that nobody holds is gone: objects, and the bytes of buffers. */
function inUse(): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Fails when many runs keep more than `bytes`. The first ones warm up: caches and compiled code come once. */
export async function expectFlatMemory(runs: () => Promise<void>, bytes: number): Promise<void> {
  await runs()
  const before = inUse()
  await runs()
  expect(inUse() - before).toBeLessThan(bytes)
}
