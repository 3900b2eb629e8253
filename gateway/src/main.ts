import { mkdirSync } from 'node:fs'
import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { folderOf } from './data-path.ts'

/**
 * Keeps what was compiled for the next start, which comes when cars wait. Before anything else is loaded, and in our
 * own folder, where nobody else can put something. Where that cannot be, everything is compiled as ever.
 */
function keepCompiled() {
  const folder = folderOf(process.env)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    enableCompileCache(join(folder, 'compiled'))
  } catch {
    // Whoever opens the folder next says what is wrong with it.
  }
}

/**
 * From now on garbage is collected when a third has been added to what is in use; left alone, memory grows to twice of
 * that. Not before everything is loaded: what Node and we have compiled counts only under the flags of the start.
 */
const collectEarlier = () => setFlagsFromString('--heap-growing-percent=30')

keepCompiled()
const { giveUp, run } = await import('./run.main.ts')
run().then(() => {
  // Not left to the end of the process: the power may be cut.
  flushCompileCache()
  collectEarlier()
}, giveUp)
