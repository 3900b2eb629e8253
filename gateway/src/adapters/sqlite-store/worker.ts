import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from './database.ts'
import { createGroupRunner } from './operations.ts'
import type { StoreOpened, StoreRequest } from './requests.ts'

const { path } = workerData as { readonly path: string }
const { db, damagedFile } = openDatabase(path, Date.now())
const run = createGroupRunner(db)

parentPort?.on('message', (message: readonly StoreRequest[] | 'close') => {
  if (message !== 'close') {
    parentPort?.postMessage(run(message))
    return
  }
  db.close()
  parentPort?.close()
})
parentPort?.postMessage({ damagedFile } satisfies StoreOpened)
