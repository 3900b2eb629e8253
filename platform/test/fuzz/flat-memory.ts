import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'vitest'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapAfterCollection(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

/** Remembers the heap; `expectFlat` fails when more than `bytes` have been kept since. */
export function watchMemory() {
  const before = heapAfterCollection()
  return { expectFlat: (bytes: number) => expect(heapAfterCollection() - before).toBeLessThan(bytes) }
}
