import type { BaseLogger } from 'pino'
import { auditUnavailable } from '../../errors.ts'
import type { Unchained } from './chain.ts'

/** What became of an entry; `kept` ones wait in memory until the log can be written again. */
interface Waiting {
  readonly entry: Unchained
  readonly kept: boolean
  readonly written: () => void
  readonly refused: (error: Error) => void
}

export interface AppendQueueOptions {
  readonly write: (entries: readonly Unchained[]) => Promise<void>
  /** The entry that says how many were lost. */
  readonly lostEntry: (entries: number) => Unchained
  readonly logger: Pick<BaseLogger, 'error' | 'info'>
}

/** SQLite takes 32,766 parameters in one statement; an entry has 13. */
const entriesPerCommit = 500
const retryMs = 2000
const mostWaiting = 20_000

const asError = (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason)))

const untold = () => undefined

/** One write after the other; what arrives while the disk works shares the next commit. */
export function createAppendQueue({ write, lostEntry, logger }: AppendQueueOptions) {
  let queue: Waiting[] = []
  let running: Promise<void> | undefined
  let failing = false
  let lost = 0
  let retry: NodeJS.Timeout | undefined

  function take(): Waiting[] {
    const batch = queue.splice(0, entriesPerCommit)
    const told = lost > 0 ? [{ entry: lostEntry(lost), kept: true, written: untold, refused: untold }] : []
    lost = 0
    return [...told, ...batch]
  }

  function onFailed(batch: readonly Waiting[], cause: unknown): false {
    if (!failing) logger.error({ err: cause }, 'audit log cannot be written')
    failing = true
    const { held = [], hopeless = [] } = Object.groupBy([...batch, ...queue], ({ kept }) =>
      kept ? 'held' : 'hopeless',
    )
    queue = held
    for (const { refused } of hopeless) refused(auditUnavailable(cause))
    clearTimeout(retry)
    retry = setTimeout(() => void work(), retryMs).unref()
    return false
  }

  async function writeBatch(): Promise<boolean> {
    const batch = take()
    const failure = await write(batch.map(({ entry }) => entry)).then(() => undefined, asError)
    if (failure) return onFailed(batch, failure)
    for (const { written } of batch) written()
    if (failing) logger.info('audit log is written again')
    failing = false
    return true
  }

  async function drain() {
    while (await writeBatch()) if (queue.length === 0) break
    // Here and not after the promise: whoever adds an entry in between must find that nobody works.
    running = undefined
  }

  async function work(): Promise<void> {
    // While it fails, also with nothing to write: only so can it be seen that it works again.
    if (queue.length > 0 || failing) await (running ??= drain())
  }

  return {
    /** Resolves when the entry is durable. One that is `kept` is never refused, only written later. */
    add(entry: Unchained, kept: boolean): Promise<void> {
      if (queue.length < mostWaiting)
        return new Promise((written, refused) => {
          queue.push({ entry, kept, written, refused })
          void work()
        })
      if (!kept) return Promise.reject(auditUnavailable())
      lost += 1
      return Promise.resolve()
    },
    isFailing: () => failing,
    size: () => queue.length,
    /** A last attempt to write what is held; answers how much could not be written. */
    async close(): Promise<number> {
      await work()
      clearTimeout(retry)
      return queue.length
    },
  }
}
