import type { Logger, MediaStore } from '../../core/ports.ts'
import type { PictureQueue } from '../../core/picture-journal.ts'
import { backoff, delay } from '../../core/retry.ts'

export interface PictureUploadOptions {
  readonly platformUrl: string
  /** Value of the header; nothing while the platform has not let us in yet. */
  readonly authorization: () => string | undefined
  readonly queue: PictureQueue
  readonly media: Pick<MediaStore, 'get'>
  readonly logger: Logger
}

/** Enough to hide the way there and back; more would take the line from the alerts. */
const workers = 2
const firstRetryMs = 500
const maxRetryMs = 60_000
const uploadWithinMs = 60_000
/** A device may tell of a picture while it is still bringing it. */
const missingRetryMs = 2_000
const missingTries = 15

interface Job {
  readonly sha256: string
  tries: number
}

type Outcome = 'stored' | 'refused' | 'missing' | 'later'

/** Brings the pictures that events have promised to the platform, the newest first, until each is there. */
export class PictureUpload {
  readonly #options: PictureUploadOptions
  readonly #jobs: Job[] = []
  readonly #known = new Set<string>()
  readonly #end = new AbortController()
  readonly #forgetListener: () => void
  #wake = Promise.withResolvers<undefined>()
  #running: Promise<unknown> = Promise.resolve()

  constructor(options: PictureUploadOptions) {
    this.#options = options
    this.#forgetListener = options.queue.onPromised((sha256) => this.#add(sha256))
  }

  /** Goes on where the last start of the gateway ended. */
  async start(): Promise<void> {
    for (const { sha256 } of await this.#options.queue.pending()) this.#add(sha256)
    this.#running = Promise.all(Array.from({ length: workers }, () => this.#work()))
  }

  /** Settles when it no longer brings any. */
  get ended(): Promise<unknown> {
    return this.#running
  }

  async close(): Promise<void> {
    this.#forgetListener()
    this.#end.abort()
    this.#wake.resolve(undefined)
    await this.#running
  }

  #add(sha256: string): void {
    if (this.#known.has(sha256)) return
    this.#known.add(sha256)
    this.#jobs.push({ sha256, tries: 0 })
    this.#wake.resolve(undefined)
  }

  async #work(): Promise<void> {
    const { signal } = this.#end
    for (let failures = 0; !signal.aborted;) {
      const job = this.#jobs.pop()
      if (!job) {
        await this.#wake.promise
        this.#wake = Promise.withResolvers<undefined>()
        continue
      }
      const outcome = await this.#attempt(job)
      await this.#settle(job, outcome)
      failures = outcome === 'later' ? failures + 1 : 0
      if (failures === 0) continue
      const waitMs = backoff({ firstMs: firstRetryMs, maxMs: maxRetryMs, attempt: failures - 1, random: Math.random })
      await delay(waitMs, signal)
    }
  }

  async #attempt({ sha256 }: Job): Promise<Outcome> {
    const { platformUrl, media, logger } = this.#options
    const authorization = this.#options.authorization()
    if (authorization === undefined) return 'later'
    try {
      const bytes = await media.get(sha256)
      if (!bytes) return 'missing'
      const response = await fetch(new URL(`/api/media/${sha256}`, platformUrl), {
        method: 'PUT',
        headers: { authorization, 'content-type': contentTypeOf(bytes) },
        body: bytes as Uint8Array<ArrayBuffer>,
        signal: AbortSignal.any([this.#end.signal, AbortSignal.timeout(uploadWithinMs)]),
      })
      await response.body?.cancel()
      if (response.ok) return 'stored'
      logger.debug({ status: response.status, sha256 }, 'platform did not take a picture')
      return [400, 413, 415, 422].includes(response.status) ? 'refused' : 'later'
    } catch (error) {
      logger.debug({ err: error, sha256 }, 'picture could not be brought')
      return 'later'
    }
  }

  async #settle(job: Job, outcome: Outcome): Promise<void> {
    const { logger, queue } = this.#options
    const { sha256 } = job
    if (outcome === 'later') this.#jobs.push(job)
    else if (outcome === 'missing' && job.tries < missingTries) this.#retryMissing(job)
    else {
      if (outcome !== 'stored') logger.warn({ sha256, outcome }, 'picture given up')
      this.#known.delete(sha256)
      await queue.done(sha256).catch((error: unknown) => logger.error({ err: error }, 'picture queue not stored'))
    }
  }

  #retryMissing(job: Job): void {
    job.tries += 1
    void delay(missingRetryMs, this.#end.signal).then(() => {
      this.#jobs.push(job)
      this.#wake.resolve(undefined)
    })
  }
}

const contentTypeOf = (bytes: Uint8Array) => (bytes[0] === 0x89 && bytes[1] === 0x50 ? 'image/png' : 'image/jpeg')
