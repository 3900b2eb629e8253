import type { Clock, Logger, StateStore } from './ports.ts'

interface StorageWatchOptions {
  readonly freeBytes: () => Promise<number>
  /** Records lost for want of room since the start. */
  readonly dropped: () => number
  readonly store: Pick<StateStore, 'commit'>
  readonly clock: Clock
  readonly logger: Logger
}

/** A day of a large compound cut off from its platform takes about this much. */
const lowBytes = 1024 ** 3
/** No news with every file that comes and goes near the limit. */
const enoughBytes = 1.2 * lowBytes
const lookEveryMs = 60_000

/** Looks after the disk and tells once when it fills up: events are kept until the platform has them, whatever it takes. */
export async function startStorageWatch({ freeBytes, dropped, store, clock, logger }: StorageWatchOptions) {
  let isLow = false

  async function look() {
    const free = await freeBytes()
    if (isLow ? free >= enoughBytes : free < lowBytes) {
      isLow = !isLow
      if (!isLow) logger.info({ freeBytes: free }, 'there is room on the disk again')
      else await warn(free)
    }
  }

  async function warn(free: number) {
    logger.warn({ freeBytes: free }, 'the disk is nearly full, make room')
    const body = { freeBytes: free, dropped: dropped() }
    await store.commit({ events: [{ type: 'devices.storage-low', at: clock.now(), body }] })
  }

  const lookQuietly = () =>
    look().catch((error: unknown) => logger.error({ err: error }, 'free space on the disk not looked after'))
  await lookQuietly()
  const timer = setInterval(() => void lookQuietly(), lookEveryMs)
  return {
    isLow: () => isLow,
    look: lookQuietly,
    close: () => clearInterval(timer),
  }
}

export type StorageWatch = Awaited<ReturnType<typeof startStorageWatch>>
