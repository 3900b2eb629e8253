import type { Logger, TelemetryBacklog } from '../../core/ports.ts'
import { backoff, delay } from '../../core/retry.ts'
import { classify, createInfluxWriter, linesLeftOut, type InfluxOptions, type InfluxWriter } from './influx-writer.ts'

export interface InfluxShipperOptions extends InfluxOptions {
  /** How long fresh telemetry gathers into one write. */
  readonly gatherMs?: number
  readonly firstRetryMs?: number
  readonly maxRetryMs?: number
}

export interface InfluxShipper {
  status(): {
    /** `refused`: address, database or sign-in are wrong, a person must act. */
    readonly state: 'ok' | 'away' | 'refused'
    readonly shipped: number
    /** Lines that InfluxDB will never take. */
    readonly poisoned: number
  }
  /** Settles when it no longer ships. */
  readonly ended: Promise<void>
  close(): Promise<void>
}

const batchLines = 5000

/** Takes telemetry from the spool to InfluxDB, and confirms it there only once it is stored here. */
export function startInfluxShipper(
  backlog: TelemetryBacklog,
  options: InfluxShipperOptions,
  logger: Logger,
): InfluxShipper {
  const stop = new AbortController()
  const shipper = new Shipper({ backlog, options, logger, signal: stop.signal })
  const running = shipper.run()
  return {
    status: () => shipper.status(),
    ended: running,
    close: async () => {
      stop.abort()
      await running
    },
  }
}

interface ShipperParts {
  readonly backlog: TelemetryBacklog
  readonly options: InfluxShipperOptions
  readonly logger: Logger
  readonly signal: AbortSignal
}

class Shipper {
  readonly #backlog: TelemetryBacklog
  readonly #writer: InfluxWriter
  readonly #logger: Logger
  readonly #signal: AbortSignal
  readonly #gatherMs: number
  readonly #retry: { readonly firstMs: number; readonly maxMs: number }
  #news = Promise.withResolvers<undefined>()
  #state: 'ok' | 'away' | 'refused' = 'ok'
  #shipped = 0
  #poisoned = 0

  constructor({ backlog, options, logger, signal }: ShipperParts) {
    const { gatherMs = 500, firstRetryMs = 500, maxRetryMs = 30_000 } = options
    this.#backlog = backlog
    this.#writer = createInfluxWriter(options)
    this.#logger = logger
    this.#signal = signal
    this.#gatherMs = gatherMs
    this.#retry = { firstMs: firstRetryMs, maxMs: maxRetryMs }
    signal.addEventListener('abort', () => this.#writer.close(), { once: true })
  }

  status() {
    return { state: this.#state, shipped: this.#shipped, poisoned: this.#poisoned }
  }

  async run(): Promise<void> {
    const stopListening = this.#backlog.onAppended(() => this.#wake())
    this.#signal.addEventListener('abort', () => this.#wake(), { once: true })
    for (let attempt = 0; !this.#signal.aborted;) {
      try {
        await this.#shipNext()
        attempt = 0
      } catch (error) {
        this.#reportFailure(error)
        await delay(backoff({ ...this.#retry, attempt, random: Math.random }), this.#signal)
        attempt += 1
      }
    }
    stopListening()
    this.#writer.close()
  }

  async #shipNext(): Promise<void> {
    this.#news = Promise.withResolvers()
    const batch = await this.#backlog.next(batchLines)
    if (!batch) {
      if (!this.#signal.aborted) await this.#news.promise
      return delay(this.#gatherMs, this.#signal)
    }
    const attempt = new BatchWrite(this.#writer)
    await attempt.write(batch.text)
    await this.#backlog.confirm(batch.end)
    this.#reportStored(batch.lines, attempt.poisoned)
    if (batch.lines < batchLines / 2) await delay(this.#gatherMs, this.#signal)
  }

  #wake(): void {
    this.#news.resolve(undefined)
  }

  #reportStored(lines: number, poisoned: number): void {
    this.#shipped += lines - poisoned
    this.#poisoned += poisoned
    if (poisoned > 0) this.#logger.warn({ lines: poisoned }, 'telemetry that InfluxDB does not take was left out')
    if (this.#state !== 'ok') this.#logger.info({}, 'InfluxDB takes telemetry again')
    this.#state = 'ok'
  }

  #reportFailure(error: unknown): void {
    if (this.#signal.aborted) return
    const state = classify(error) === 'config' ? 'refused' : 'away'
    if (state === this.#state) return
    this.#state = state
    if (state === 'refused') {
      this.#logger.error({ err: error }, 'InfluxDB refuses telemetry: check its address, database and sign-in')
    } else {
      this.#logger.warn({ err: error }, 'telemetry cannot be shipped now and is kept')
    }
  }
}

/** After so many requests for one batch the server is believed when it says how many lines it left out. */
const maxSearchRequests = 64

/** Writes a batch; halves it as long as the server finds something in it that it will never take. */
class BatchWrite {
  readonly #writer: InfluxWriter
  #requests = 0
  #poisoned = 0

  constructor(writer: InfluxWriter) {
    this.#writer = writer
  }

  get poisoned(): number {
    return this.#poisoned
  }

  async write(text: string): Promise<void> {
    try {
      this.#requests += 1
      await this.#writer.write(text)
    } catch (error) {
      if (classify(error) !== 'poison') throw error
      const middle = text.indexOf('\n', text.length / 2)
      const cut = middle >= 0 ? middle : text.lastIndexOf('\n')
      const leftOut = this.#requests > maxSearchRequests ? linesLeftOut(error) : 0
      if (leftOut > 0 || cut < 0) {
        this.#poisoned += Math.max(1, leftOut)
        return
      }
      await this.write(text.slice(0, cut))
      await this.write(text.slice(cut + 1))
    }
  }
}
