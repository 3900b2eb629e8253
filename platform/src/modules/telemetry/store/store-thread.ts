import { Worker } from 'node:worker_threads'
import type { BaseLogger } from 'pino'
import { badTelemetry, telemetryUnavailable } from '../../../errors.ts'
import type { StoreCalls, StoreReply, StoreSettings } from './messages.ts'

/** Writes that wait for the disk; beyond this the gateways are asked to come again. */
const maxWaitingBytes = 64 * 1024 * 1024
const restartAfterMs = 5000

interface Waiting {
  readonly bytes: number
  readonly resolve: (answer: StoreCalls[keyof StoreCalls]['answer']) => void
  readonly reject: (error: Error) => void
}

/** Questions that wait for their answer. */
function createDesk() {
  const waiting = new Map<number, Waiting>()
  let nextId = 1
  let waitingBytes = 0
  function take(id: number): Waiting | undefined {
    const entry = waiting.get(id)
    waiting.delete(id)
    waitingBytes -= entry?.bytes ?? 0
    return entry
  }
  return {
    isFull: (bytes: number) => waitingBytes + bytes > maxWaitingBytes,
    put(entry: Waiting): number {
      waiting.set(nextId, entry)
      waitingBytes += entry.bytes
      return nextId++
    },
    take,
    takeAll: () => [...waiting.keys()].map(take),
  }
}

/** The thread of the store; it is started anew should it ever end by itself. */
export function startStoreThread(settings: StoreSettings, logger: Pick<BaseLogger, 'error'>) {
  const desk = createDesk()
  let closing = false
  let worker: Worker | undefined = start()

  function onReply(reply: StoreReply) {
    if ('rescue' in reply) {
      logger.error(reply.rescue, 'a damaged telemetry file was put aside and replaced by what could be read of it')
      return
    }
    const entry = desk.take(reply.id)
    if ('answer' in reply) entry?.resolve(reply.answer)
    else if (reply.damaged) entry?.reject(badTelemetry(reply.failure))
    else {
      logger.error({ reason: reply.failure }, 'telemetry store failed')
      entry?.reject(telemetryUnavailable())
    }
  }

  function onExit() {
    worker = undefined
    for (const entry of desk.takeAll()) entry?.reject(telemetryUnavailable())
    if (closing) return
    setTimeout(() => {
      if (!closing) worker = start()
    }, restartAfterMs)
  }

  function start(): Worker {
    const started = new Worker(new URL('./store.worker.ts', import.meta.url), { workerData: settings })
    started.on('message', onReply)
    started.on('error', (error) => logger.error({ err: error }, 'telemetry store stopped'))
    started.on('exit', onExit)
    return started
  }

  function ask<K extends keyof StoreCalls>(call: K, question: StoreCalls[K]['ask'], bytes = 0) {
    const answer = Promise.withResolvers<StoreCalls[K]['answer']>()
    if (!worker || closing || desk.isFull(bytes)) return Promise.reject(telemetryUnavailable())
    // The thread answers each call with the kind of answer that belongs to it.
    const id = desk.put({ bytes, resolve: answer.resolve, reject: answer.reject })
    worker.postMessage({ id, call, ask: question })
    return answer.promise
  }

  return {
    ask,
    async close() {
      const closed = ask('close', null)
      closing = true
      await closed
      await worker?.terminate()
    },
  }
}
