import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from './database.ts'
import { createGroupRunner } from './operations.ts'
import type { StoreBackup, StoreBackupReply, StoreGroup, StoreOpened } from './requests.ts'

const { path } = workerData as { readonly path: string }
const { db, repair } = openDatabase(path, Date.now())
const run = createGroupRunner(db)
/** Copied in a millisecond or two: nobody waits longer for a decision. */
const pagesPerStep = 64

async function backUp({ backupTo }: StoreBackup): Promise<StoreBackupReply> {
  try {
    await db.backup(backupTo, { progress: () => pagesPerStep })
    return { backedUp: true }
  } catch (error) {
    return { backedUp: false, problem: (error as Error).message }
  }
}

parentPort?.on('message', (message: StoreGroup | StoreBackup | 'close') => {
  if (message === 'close') {
    db.close()
    parentPort?.close()
  } else if ('backupTo' in message) {
    void backUp(message).then((reply) => parentPort?.postMessage(reply))
  } else {
    // What this throws ends the thread; another one opens the database anew.
    parentPort?.postMessage(run(message))
  }
})
parentPort?.postMessage({ repair } satisfies StoreOpened)
