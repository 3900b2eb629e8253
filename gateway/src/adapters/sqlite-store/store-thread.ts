import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { storeUnavailable } from '../../errors.ts'
import type { RequestKind, RequestOf, StoreAnswers, StoreOpened, StoreReply, StoreRequest } from './requests.ts'

interface Waiting {
  readonly request: StoreRequest
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

export interface StoreThread {
  readonly damagedFile: string | undefined
  ask<K extends RequestKind>(request: RequestOf<K>): Promise<StoreAnswers[K]>
  close(): Promise<void>
}

/** So many requests share one transaction and one sync of the disk; more wait for the next. */
const maxGroup = 1000

/**
 * SQLite blocks while the disk syncs, so it lives in a thread of its own. While one group is being committed,
 * new requests gather and form the next one: the busier the house, the larger the groups.
 */
export async function startStoreThread(path: string): Promise<StoreThread> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { path } })
  const [{ damagedFile }] = (await once(worker, 'message').catch((error: unknown) => {
    throw toStoreError(error as Error)
  })) as [StoreOpened]

  let waiting: Waiting[] = []
  let underWay: Waiting[] = []
  let failure: Error | undefined
  const sendNext = () => {
    if (underWay.length > 0 || waiting.length === 0) return
    underWay = waiting.splice(0, maxGroup)
    worker.postMessage(underWay.map(({ request }) => request))
  }
  const fail = (error: Error) => {
    failure ??= toStoreError(error)
    for (const { reject } of [...underWay, ...waiting]) reject(failure)
    underWay = waiting = []
  }
  worker.on('message', (replies: readonly StoreReply[]) => {
    const answered = underWay
    underWay = []
    sendNext()
    answered.forEach(({ resolve, reject }, index) => {
      const reply = replies[index]
      if (reply?.ok) resolve(reply.answer)
      else reject(toStoreError(reply?.error ?? new Error('no answer')))
    })
  })
  worker.on('error', fail)
  worker.on('exit', (code) => fail(new Error(`its thread ended with ${code}`)))

  return {
    damagedFile,
    ask: <K extends RequestKind>(request: RequestOf<K>) =>
      new Promise<StoreAnswers[K]>((resolve, reject) => {
        if (failure) {
          reject(failure)
          return
        }
        waiting.push({ request, resolve: resolve as (answer: unknown) => void, reject })
        sendNext()
      }),
    close: async () => {
      if (failure) return
      failure = storeUnavailable('it is closed')
      const exit = once(worker, 'exit')
      while (underWay.length > 0) await Promise.race([once(worker, 'message'), exit])
      worker.postMessage('close')
      await exit
    },
  }
}

const toStoreError = (error: Error) => storeUnavailable(error.message, { cause: error })
