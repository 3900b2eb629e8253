export interface QueueLimits {
  readonly jobs: number
  readonly bytes: number
}

interface Queue {
  jobs: number
  bytes: number
  tail: Promise<void>
}

/** One queue for each key: jobs of a key run one after the other, those of different keys side by side. */
export function createSerialQueues(limits: QueueLimits) {
  const queues = new Map<string, Queue>()

  /** Answers `false`, and does nothing, when the queue of the key is full. A job must not reject. */
  function run(key: string, bytes: number, job: () => Promise<void>): boolean {
    const queue = queues.get(key) ?? { jobs: 0, bytes: 0, tail: Promise.resolve() }
    if (queue.jobs >= limits.jobs || queue.bytes + bytes > limits.bytes) return false
    queue.jobs += 1
    queue.bytes += bytes
    queues.set(key, queue)
    queue.tail = queue.tail.then(job).finally(() => {
      queue.jobs -= 1
      queue.bytes -= bytes
      if (queue.jobs === 0) queues.delete(key)
    })
    return true
  }

  return {
    run,
    lengthOf: (key: string) => queues.get(key)?.jobs ?? 0,
    /** Resolves when everything that is queued now has run. */
    idle: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.tail))
    },
  }
}
