import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { MessagePiece } from './large-message-worker.ts'

/**
 * Reads a long message in a thread of its own and takes it over piece by piece, so that devices are answered
 * meanwhile: a million permits at once would keep everybody waiting for seconds.
 */
export async function readAside(json: Uint8Array): Promise<unknown> {
  const worker = new Worker(new URL('./large-message-worker.ts', import.meta.url), { workerData: json })
  worker.unref() // a gateway that stops does not wait for it
  try {
    let message: unknown
    for (;;) {
      const [piece] = (await once(worker, 'message')) as [MessagePiece | undefined]
      if (!piece) return message
      if (piece.list === undefined) message = JSON.parse(piece.json)
      else append(listsOf(message)[piece.list], JSON.parse(piece.json) as unknown[])
      worker.postMessage('next')
    }
  } finally {
    await worker.terminate()
  }
}

const listsOf = (message: unknown) => (message as { readonly body: Readonly<Record<string, unknown[]>> }).body

function append(list: unknown[] | undefined, items: readonly unknown[]) {
  for (const item of items) list?.push(item)
}
