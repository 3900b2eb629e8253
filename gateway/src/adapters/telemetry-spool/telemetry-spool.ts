import { mkdir } from 'node:fs/promises'
import type {
  Logger,
  Repair,
  SpoolDrop,
  SpoolRoom,
  SpoolStatus,
  TelemetryBacklog,
  TelemetryBatch,
  TelemetrySpool,
} from '../../core/ports.ts'
import type { PartWatch } from '../../core/part-states.ts'
import { spoolUnavailable } from '../../errors.ts'
import { encodeFrame, frameHeaderBytes, textStart } from './frames.ts'
import { createLineEncoder } from './line-protocol.ts'
import { loadPosition, savePosition } from './read-position.ts'
import { Segments } from './segments.ts'
import { WritableWatch } from './writable-watch.ts'

export interface TelemetrySpoolOptions {
  readonly gatewayId: string
  readonly logger: Logger
  readonly watch?: PartWatch
  /** Called with what was damaged and set right. */
  readonly onRepair?: (repair: Repair) => void
  /** Of the whole spool; beyond it the oldest file goes. */
  readonly maxBytes?: number | undefined
  /** Of one file, which is the least that can be dropped; an eighth of the whole at most. */
  readonly segmentBytes?: number
  /** What was written within this time may be on its way, and does not yet make room for events. */
  readonly youngMs?: number
}

export interface OpenTelemetrySpool extends TelemetrySpool, TelemetryBacklog, SpoolRoom {
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
/** Read at first: while there is no telemetry store, the same is read again and again. */
const usualReadBytes = 512 * 1024
/** A line is shorter than this. */
const lineBytes = 4096
/** Long enough for a telemetry store that is there to take everything. */
const usualYoungMs = 30_000
/** What waits to be written while the disk is slow; more is refused, and devices wait for their acknowledgement. */
const maxWaitingGroups = 64

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

const skippedReport = (bytes: number): Repair => ({
  what: 'telemetry',
  problem: 'a part of the telemetry that waits to be shipped was damaged',
  action: `${bytes} bytes were skipped; everything before and behind them is shipped`,
  isIncomplete: true,
})

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
  readonly #watch: PartWatch | undefined
  readonly #onRepair: TelemetrySpoolOptions['onRepair']
  readonly #maxBytes: number
  readonly #segmentBytes: number
  readonly #youngMs: number
  readonly #encode: ReturnType<typeof createLineEncoder>
  readonly #listeners = new Set<() => void>()
  readonly #writable: WritableWatch
  readonly #groups: Group[] = []
  #writing: Promise<void> | undefined
  #readAt: number
  #dropped = 0
  #isDropping = false
  #isUnsaved = false
  #damageTold = 0
  #making: Promise<unknown> = Promise.resolve()
  readonly #dropListeners = new Set<(drop: SpoolDrop) => void>()
  #isClosed = false

  constructor({ folder, segments, readAt, options }: SpoolParts) {
    const { gatewayId, logger, maxBytes = 1024 ** 3, segmentBytes = 8 * 1024 ** 2 } = options
    this.#folder = folder
    this.#segments = segments
    this.#readAt = readAt
    this.#logger = logger
    this.#watch = options.watch
    this.#onRepair = options.onRepair
    this.#watch?.up()
    this.#maxBytes = maxBytes
    this.#segmentBytes = Math.min(segmentBytes, Math.ceil(maxBytes / 8))
    this.#youngMs = options.youngMs ?? usualYoungMs
    this.#writable = new WritableWatch(() => segments.probe())
    this.#encode = createLineEncoder(gatewayId)
  }

  append(point: Parameters<TelemetrySpool['append']>[0]): Promise<void> {
    if (this.#isClosed) return Promise.reject(spoolUnavailable('it is closed'))
    const line = this.#encode(point)
    if (line === undefined) return Promise.resolve()
    let group = this.#groups.at(-1)
    if (!group || group.lines >= maxGroupLines || group.text.length >= maxGroupChars) {
      if (this.#groups.length >= maxWaitingGroups) return this.#refuse(spoolUnavailable('the disk is too slow'))
      group = { text: line, lines: 1, durable: Promise.withResolvers<undefined>() }
      this.#groups.push(group)
    } else {
      group.text += `\n${line}`
      group.lines += 1
    }
    this.#writing ??= this.#writeGroups()
    return group.durable.promise
  }

  status(): SpoolStatus {
    const { start, end } = this.#segments
    return {
      ...{ backlogBytes: end - this.#readAt, bytes: end - start },
      ...{ capacityBytes: this.#maxBytes, dropped: this.#dropped },
    }
  }

  async oldestAt(): Promise<number | undefined> {
    const found = await this.#segments.peek(this.#readAt, frameHeaderBytes + lineBytes).catch(() => undefined) // shipped meanwhile
    if (!found) return undefined
    const at = Number(/ (\d+)$/m.exec(textStart(found.bytes))?.[1] ?? found.from)
    // The device's clock may be wrong; when the file was written is certain.
    return Math.min(found.to, Math.max(found.from, at))
  }

  onDropped(listener: (drop: SpoolDrop) => void): () => void {
    this.#dropListeners.add(listener)
    return () => void this.#dropListeners.delete(listener)
  }

  onWritable(listener: () => void): () => void {
    return this.#writable.onWritable(listener)
  }

  async release(): Promise<number> {
    const ageMs = Date.now() - this.#segments.oldestWrittenAt
    return ageMs >= 0 && ageMs < this.#youngMs ? 0 : this.#dropOldest('disk-full')
  }

  async next(maxLines: number): Promise<TelemetryBatch | undefined> {
    const texts: string[] = []
    let lines = 0
    let end = this.#readAt
    for (let at = end; at < this.#segments.end && lines < maxLines;) {
      const { frames, resumeAt } = await this.#read(at)
      if (frames.length === 0) this.#skip(at, resumeAt, lines === 0)
      for (const frame of frames) {
        if (lines > 0 && lines + frame.lines > maxLines) return { text: texts.join('\n'), lines, end }
        texts.push(frame.text.toString())
        lines += frame.lines
        end = frame.end
      }
      at = frames.length === 0 ? resumeAt : end
    }
    return lines > 0 ? { text: texts.join('\n'), lines, end } : undefined
  }

  async confirm(end: number): Promise<void> {
    if (end <= this.#readAt) return
    // On a full disk the place cannot be kept. What is then shipped twice after a crash does no harm; to go on frees room.
    await savePosition(this.#folder, end).then(
      () => (this.#isUnsaved = false),
      (error: unknown) => this.#noteUnsaved(error),
    )
    this.#readAt = Math.max(this.#readAt, end)
    await this.#segments.releaseBefore(end)
  }

  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#writable.close()
    await this.#writing
    await this.#segments.close()
  }

  async #read(at: number): ReturnType<Segments['read']> {
    const found = await this.#segments.read(at, usualReadBytes)
    return found.frames.length > 0 ? found : this.#segments.read(at, readBytes)
  }

  /** What is damaged is told once, although it is passed again as long as what stands before it is not confirmed. */
  #skip(position: number, resumeAt: number, isFirst: boolean): void {
    if (resumeAt > this.#damageTold) {
      const damage = { position, bytes: resumeAt - position }
      this.#logger.error(damage, 'a damaged part of the telemetry spool was skipped')
      this.#onRepair?.(skippedReport(damage.bytes))
      this.#damageTold = resumeAt
    }
    if (isFirst) this.#readAt = Math.max(this.#readAt, resumeAt)
  }

  #noteUnsaved(error: unknown): void {
    if (!this.#isUnsaved) this.#logger.warn({ err: error }, 'how far telemetry was shipped cannot be written down')
    this.#isUnsaved = true
  }

  #refuse(error: Error): Promise<never> {
    this.#writable.refused()
    return Promise.reject(error)
  }

  async #writeGroups(): Promise<void> {
    // Everything that arrives in this turn of the event loop joins the first group.
    await new Promise(setImmediate)
    for (let group = this.#groups.shift(); group !== undefined; group = this.#groups.shift()) {
      try {
        await this.#write(encodeFrame(group.text, group.lines))
        group.durable.resolve(undefined)
        this.#watch?.up()
        this.#writable.taken()
        for (const listener of this.#listeners) listener()
      } catch (error) {
        this.#watch?.down(error)
        this.#writable.refused()
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
    while (isOver() && this.#segments.count > 1) await this.#dropOldest('spool-full')
    if (this.#isDropping) return
    this.#isDropping = true
    this.#logger.warn({ maxBytes: this.#maxBytes }, 'the telemetry spool is full, the oldest telemetry is dropped')
  }

  /** One after the other: who makes room for events and who makes room for telemetry may come at once. */
  #dropOldest(reason: SpoolDrop['reason']): Promise<number> {
    const dropping = this.#making.then(async () => {
      const before = await this.oldestAt()
      const deleted = await this.#segments.dropOldest(this.#readAt)
      if (!deleted) return 0
      this.#readAt = Math.max(this.#readAt, this.#segments.start)
      this.#dropped += deleted.lines
      const from = Math.min(deleted.to, before ?? deleted.from)
      for (const tell of this.#dropListeners) tell({ lines: deleted.lines, from, to: deleted.to, reason })
      return deleted.bytes
    })
    this.#making = dropping.catch(() => undefined) // whoever asked for it handles it
    return dropping
  }
}
