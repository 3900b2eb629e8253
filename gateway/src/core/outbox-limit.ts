import type { Logger, Outbox } from './ports.ts'

interface OutboxLimitOptions {
  readonly outbox: Outbox
  /** The newest that are kept. */
  readonly records: number
  readonly logger: Logger
}

/** So many commits may gather before the oldest records go: not every event should cost a deletion. */
const slackOf = (records: number) => Math.min(1000, Math.floor(records / 10))

/** Keeps an outbox that nobody empties from filling the disk: the oldest records make room for the newest. */
export function limitOutbox({ outbox, records, logger }: OutboxLimitOptions) {
  const slack = slackOf(records)
  let dropped = 0
  let sinceTrim = 0
  let trimming: Promise<void> = Promise.resolve()

  async function trim() {
    const { lastSeq, backlog } = await outbox.status()
    if (backlog <= records) return
    await outbox.forget(lastSeq - records)
    if (dropped === 0)
      logger.warn({ records }, 'the outbox is full and nobody empties it, the oldest events are dropped')
    dropped += backlog - records
  }

  function later() {
    sinceTrim = 0
    trimming = trimming.then(trim).catch((error: unknown) => logger.error({ err: error }, 'outbox not shortened'))
  }

  const stopListening = outbox.onAdded(() => {
    sinceTrim += 1
    if (sinceTrim > slack) later()
  })
  later()
  return {
    /** Records dropped since the start. */
    dropped: () => dropped,
    async close() {
      stopListening()
      await trimming
    },
  }
}
