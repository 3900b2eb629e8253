import type { Logger, SpoolRoom } from './ports.ts'

interface DiskRoomOptions {
  readonly freeBytes: () => Promise<number>
  /** Kept free for events, which never make room. */
  readonly reserveBytes: number
  readonly spool: Pick<SpoolRoom, 'release'>
  /** Deletes the oldest pictures that nobody waits for. Answers how many bytes that freed. */
  readonly releasePictures: (wantedBytes: number) => Promise<number>
  readonly logger: Logger
}

const lookEveryMs = 5000
/** No coming and going at the limit. */
const enough = 1.2
/** What a refused write is answered with: room for the events of hours. */
const urgentBytes = 16 * 1024 ** 2

/** Keeps room for events: when the disk is nearly full the oldest telemetry goes, then the oldest pictures. */
export function startDiskRoom({ freeBytes, reserveBytes, spool, releasePictures, logger }: DiskRoomOptions) {
  let working: Promise<unknown> = Promise.resolve()
  let isMaking = false

  /** Answers how much was freed, which is less than was wanted when there is nothing left to give up. */
  async function give(wantedBytes: number): Promise<number> {
    let freed = 0
    while (freed < wantedBytes) {
      const bytes = (await spool.release()) || (await releasePictures(wantedBytes - freed))
      if (bytes === 0) break
      freed += bytes
    }
    return freed
  }

  async function look() {
    const free = await freeBytes()
    if (free >= reserveBytes) {
      if (free >= enough * reserveBytes) isMaking = false
      return
    }
    const freed = await give(enough * reserveBytes - free)
    if (!isMaking)
      logger.warn({ freeBytes: free, freed }, 'the disk is nearly full, telemetry and pictures make room for events')
    isMaking = true
  }

  function next<T>(work: () => Promise<T>): Promise<T> {
    const done = working.then(work)
    working = done.catch(() => undefined) // whoever asked for it handles it
    return done
  }

  const lookQuietly = () =>
    next(look).catch((error: unknown) => logger.error({ err: error }, 'no room could be made on the disk'))
  const timer = setInterval(() => void lookQuietly(), lookEveryMs)
  return {
    look: lookQuietly,
    /** Something could not be written. Answers whether anything was freed for it. */
    makeRoom: () =>
      next(async () => (await give(urgentBytes)) > 0).catch((error: unknown) => {
        logger.error({ err: error }, 'no room could be made on the disk')
        return false
      }),
    async close() {
      clearInterval(timer)
      await working
    },
  }
}

export type DiskRoom = ReturnType<typeof startDiskRoom>
