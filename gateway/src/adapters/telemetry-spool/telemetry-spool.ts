import { mkdir } from 'node:fs/promises'
import type { Logger, TelemetryBacklog, TelemetryBatch, TelemetrySpool } from '../../core/ports.ts'
import { spoolUnavailable } from '../../errors.ts'
import { encodeFrame } from './frames.ts'
import { createLineEncoder } from './line-protocol.ts'
import { loadPosition, savePosition } from './read-position.ts'
import { Segments } from './segments.ts'

export interface TelemetrySpoolOptions {
  readonly gatewayId: string
  readonly logger: Logger
  /** Of the whole spool; beyond it the oldest file goes. */
  readonly maxBytes?: number
  readonly segmentBytes?: number
}

export interface OpenTelemetrySpool extends TelemetrySpool, TelemetryBacklog {
  close(): Promise<void>
}

/** Lines that are synced together; all who wait for them share one promise. */
interface Group {
  text: string
  lines: number
  readonly durable: PromiseWithResolvers<undefined>
}

/** A batch must be able to take a whole group, and a read a whole frame. */
const maxGroupLines = 2000
const maxGroupChars = 256 * 1024
const readBytes = 4 * 1024 * 1024

/** Opens the log of telemetry on its way to InfluxDB, and cuts off what a crash has left half-written. */
export async function openTelemetrySpool(folder: string, options: TelemetrySpoolOptions): Promise<OpenTelemetrySpool> {
  await mkdir(folder, { recursive: true })
  const { segments, cutBytes } = await Segments.find(folder)
  const { logger } = options
  if (cutBytes > 0) logger.warn({ cutBytes }, 'a half-written end of the telemetry spool was cut off')
  const position = await loadPosition(folder)
  const readAt = Math.max(position, segments.start)
  // With the log gone but its position kept, new positions must lie above the old ones.
  if (segments.count === 0 || position > segments.end) await segments.roll(Math.max(position, segments.end))
  else await segments.reopenLast()
  return new Spool({ folder, segments, readAt, options })
}

interface SpoolParts {
  readonly folder: string
  readonly segments: Segments
  readonly readAt: number
  readonly options: TelemetrySpoolOptions
}

class Spool implements OpenTelemetrySpool {
  readonly #folder: string
  readonly #segments: Segments
  readonly #logger: Logger
  readonly #maxBytes: number
  readonly #segmentBytes: number
  readonly #encode: ReturnType<typeof createLineEncoder>
  readonly #listeners = new Set<() => void>()
  readonly #groups: Group[] = []
  #writing: Promise<void> | undefined
  #readAt: number
  #dropped = 0
  #isDropping = false
  #isClosed = false

  constructor({ folder, segments, readAt, options }: SpoolParts) {
    const { gatewayId, logger, maxBytes = 1024 ** 3, segmentBytes = 8 * 1024 ** 2 } = options
    this.#folder = folder
    this.#segments = segments
    this.#readAt = readAt
    this.#logger = logger
    this.#maxBytes = maxBytes
    this.#segmentBytes = segmentBytes
    this.#encode = createLineEncoder(gatewayId)
  }

  append(point: Parameters<TelemetrySpool['append']>[0]): Promise<void> {
    if (this.#isClosed) return Promise.reject(spoolUnavailable('it is closed'))
    const line = this.#encode(point)
    if (line === undefined) return Promise.resolve()
    let group = this.#groups.at(-1)
    if (!group || group.lines >= maxGroupLines || group.text.length >= maxGroupChars) {
      group = { text: line, lines: 1, durable: Promise.withResolvers<undefined>() }
      this.#groups.push(group)
    } else {
      group.text += `\n${line}`
      group.lines += 1
    }
    this.#writing ??= this.#writeGroups()
    return group.durable.promise
  }

  status() {
    return { backlogBytes: this.#segments.end - this.#readAt, dropped: this.#dropped }
  }

  async next(maxLines: number): Promise<TelemetryBatch | undefined> {
    while (this.#readAt < this.#segments.end) {
      const from = this.#readAt
      const { frames, segmentEnd } = await this.#segments.read(from, readBytes)
      const texts: string[] = []
      let lines = 0
      let end = from
      for (const frame of frames) {
        if (lines > 0 && lines + frame.lines > maxLines) break
        texts.push(frame.text.toString())
        lines += frame.lines
        end = frame.end
      }
      if (lines > 0) return { text: texts.join('\n'), lines, end }
      this.#logger.error(
        { position: from, bytes: segmentEnd - from },
        'a damaged part of the telemetry spool was skipped',
      )
      this.#readAt = Math.max(this.#readAt, segmentEnd)
    }
    return undefined
  }

  async confirm(end: number): Promise<void> {
    if (end <= this.#readAt) return
    await savePosition(this.#folder, end)
    this.#readAt = Math.max(this.#readAt, end)
    await this.#segments.releaseBefore(end)
  }

  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#writing
    await this.#segments.close()
  }

  async #writeGroups(): Promise<void> {
    // Everything that arrives in this turn of the event loop joins the first group.
    await new Promise(setImmediate)
    for (let group = this.#groups.shift(); group !== undefined; group = this.#groups.shift()) {
      try {
        await this.#write(encodeFrame(group.text, group.lines))
        group.durable.resolve(undefined)
        for (const listener of this.#listeners) listener()
      } catch (error) {
        group.durable.reject(spoolUnavailable((error as Error).message, { cause: error }))
      }
    }
    this.#writing = undefined
  }

  async #write(frame: Buffer): Promise<void> {
    const { lastBytes, needsFile, end } = this.#segments
    const isFull = lastBytes > 0 && lastBytes + frame.length > this.#segmentBytes
    if (isFull || needsFile) {
      await this.#segments.roll(end)
      await this.#makeRoom()
    }
    await this.#segments.append(frame)
  }

  async #makeRoom(): Promise<void> {
    const bytes = () => this.#segments.end - this.#segments.start
    const isOver = () => bytes() + this.#segmentBytes > this.#maxBytes
    if (bytes() < this.#maxBytes / 2) this.#isDropping = false
    if (!isOver()) return
    while (isOver() && this.#segments.count > 1) {
      this.#dropped += await this.#segments.dropOldest(this.#readAt)
      this.#readAt = Math.max(this.#readAt, this.#segments.start)
    }
    if (this.#isDropping) return
    this.#isDropping = true
    this.#logger.warn({ maxBytes: this.#maxBytes }, 'the telemetry spool is full, the oldest telemetry is dropped')
  }
}
