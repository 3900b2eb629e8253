import { Worker } from 'node:worker_threads'
import { keepAlive, type Live } from '../../core/keep-alive.ts'
import type { PartWatch } from '../../core/part-states.ts'
import { backoff, delay } from '../../core/retry.ts'
import { storeUnavailable } from '../../errors.ts'
import type {
  RequestKind,
  RequestOf,
  StoreAnswers,
  StoreBackup,
  StoreBackupReply,
  StoreGroup,
  StoreOpened,
  StoreRepair,
  StoreReply,
} from './requests.ts'
import { RequestQueue } from './request-queue.ts'

export interface StoreThreadOptions {
  readonly path: string
  readonly watch?: PartWatch | undefined
  readonly onRepair: (repair: StoreRepair) => void
  readonly onThread?: ((thread: Worker) => void) | undefined
}

export interface StoreThread {
  ask<K extends RequestKind>(request: RequestOf<K>): Promise<StoreAnswers[K]>
  /** Makes a copy of the database while it is being used. */
  backup(to: string): Promise<void>
  close(): Promise<void>
}

const restart = { firstMs: 50, maxMs: 5000 }
const steadyMs = 60_000
/** Who waits longer for a thread that does not come back is told so. */
const patienceMs = 10_000
const impatienceEveryMs = 500

async function open({ path, onRepair, onThread }: StoreThreadOptions, queue: RequestQueue): Promise<Live<Worker>> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { path } })
  const gone = Promise.withResolvers<Error>()
  let failure: Error | undefined
  worker.on('error', (error) => (failure = error as Error))
  // Only now is its file closed, and can be opened again.
  worker.on('exit', (code) => gone.resolve(failure ?? new Error(`its thread ended with ${code}`)))
  const opened = Promise.withResolvers<StoreOpened>()
  worker.once('message', (message: StoreOpened) => {
    worker.on('message', (reply: readonly StoreReply[] | StoreBackupReply) => {
      if (!('backedUp' in reply)) queue.answer(reply)
    })
    opened.resolve(message)
  })
  const first = await Promise.race([opened.promise, gone.promise])
  if (first instanceof Error) throw first
  if (first.repair) onRepair(first.repair)
  onThread?.(worker)
  const close = async () => {
    worker.postMessage('close') // a thread that is gone does not hear it
    await gone.promise
  }
  return { value: worker, lost: gone.promise, close }
}

async function backup(worker: Worker | undefined, backupTo: string): Promise<void> {
  if (!worker) throw storeUnavailable('it is being opened')
  const answer = Promise.withResolvers<StoreBackupReply>()
  const listen = (reply: readonly StoreReply[] | StoreBackupReply) => {
    if ('backedUp' in reply) answer.resolve(reply)
  }
  const onExit = () => answer.resolve({ backedUp: false, problem: 'its thread ended' })
  worker.on('message', listen)
  worker.once('exit', onExit)
  worker.postMessage({ backupTo } satisfies StoreBackup)
  const reply = await answer.promise
  worker.off('message', listen)
  worker.off('exit', onExit)
  if (!reply.backedUp) throw storeUnavailable(reply.problem)
}

/**
 * SQLite blocks while the disk syncs, so it lives in a thread of its own. While one group is being committed,
 * new requests gather and form the next one: the busier the house, the larger the groups. A thread that dies is
 * replaced; what it had not answered is asked again and carried out once.
 */
export async function startStoreThread(options: StoreThreadOptions): Promise<StoreThread> {
  const { watch } = options
  const opened = Promise.withResolvers<undefined>()
  const queue = new RequestQueue((group: StoreGroup) => kept.current()?.postMessage(group))
  const kept = keepAlive<Worker>({
    open: () => open(options, queue),
    onUp() {
      watch?.up()
      opened.resolve(undefined)
      queue.resume()
    },
    onDown(reason) {
      queue.pause()
      watch?.down(toStoreError(reason as Error), 'restarting')
      opened.reject(toStoreError(reason as Error))
    },
    waitMs: (_reason, attempt) => backoff({ ...restart, attempt, random: Math.random }),
    steadyMs,
    now: Date.now,
    delay,
  })
  try {
    await opened.promise
  } catch (error) {
    await kept.stop()
    throw error
  }
  const impatience = setInterval(() => queue.giveUp(Date.now() - patienceMs), impatienceEveryMs)

  return {
    ask: <K extends RequestKind>(request: RequestOf<K>) => queue.ask(request) as Promise<StoreAnswers[K]>,
    backup: (to) => backup(kept.current(), to),
    async close() {
      await queue.close()
      clearInterval(impatience)
      await kept.stop()
      watch?.stopped()
    },
  }
}

const toStoreError = (error: Error) => storeUnavailable(error.message, { cause: error })
