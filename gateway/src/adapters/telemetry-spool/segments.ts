import { open, readdir, readFile, rm, stat, truncate, unlink, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeFrame, endOfFrames, findFrame, maxFrameBytes, measureFrames, type Frame } from './frames.ts'

/** A file of the log, named by the position of its first byte. `end` is where its whole, synced frames end. */
interface Segment {
  readonly start: number
  end: number
  /** When its first and its newest bytes were written. */
  readonly from: number
  to: number
}

/** Lines that were deleted unread, and when they had been written. */
export interface Deleted {
  readonly lines: number
  readonly bytes: number
  readonly from: number
  readonly to: number
}

const fileName = (start: number) => `${String(start).padStart(16, '0')}.log`
/** As much as a group of points may need. */
const probeBytes = 64 * 1024
const namePattern = /^\d{16}\.log$/

/** Where the next whole frame begins, or where to look for it. */
function behindDamage(bytes: Buffer, from: number, end: number): number {
  const next = findFrame(bytes, 1)
  if (next !== undefined) return from + next
  // A frame may begin within what was read and end behind it.
  return from + bytes.length < end ? from + Math.max(1, bytes.length - maxFrameBytes) : end
}

/** The log as positions that only ever grow, spread over files of bounded size. */
export class Segments {
  readonly #folder: string
  readonly #segments: Segment[]
  #file: FileHandle | undefined

  private constructor(folder: string, segments: Segment[]) {
    this.#folder = folder
    this.#segments = segments
  }

  /** Finds the files and cuts off a tail that a crash has torn. Answers how many bytes were cut. */
  static async find(folder: string): Promise<{ segments: Segments; cutBytes: number }> {
    const names = (await readdir(folder)).filter((name) => namePattern.test(name)).sort()
    const found: Segment[] = []
    for (const name of names) {
      const start = Number.parseInt(name, 10)
      const previous = found.at(-1)
      if (previous) previous.end = Math.min(previous.end, start)
      const { size, birthtimeMs, mtimeMs } = await stat(join(folder, name))
      // Not every file system knows when a file was made.
      const from = birthtimeMs > 0 && birthtimeMs < mtimeMs ? birthtimeMs : (previous?.to ?? mtimeMs)
      found.push({ start, end: start + size, from: Math.floor(from), to: Math.floor(mtimeMs) })
    }
    const segments = new Segments(folder, found)
    return { segments, cutBytes: await segments.#cutTail() }
  }

  get start(): number {
    return this.#segments[0]?.start ?? 0
  }
  get end(): number {
    return this.#segments.at(-1)?.end ?? 0
  }
  /** When the newest bytes of the oldest file were written. */
  get oldestWrittenAt(): number {
    return this.#segments[0]?.to ?? 0
  }
  get count(): number {
    return this.#segments.length
  }
  /** Bytes of the newest file. */
  get lastBytes(): number {
    const last = this.#segments.at(-1)
    return last ? last.end - last.start : 0
  }

  /** Adds bytes and syncs them. After an error nothing of them counts, and the next append begins a new file. */
  async append(bytes: Buffer): Promise<void> {
    const last = this.#segments.at(-1)
    if (!last || !this.#file) throw new Error('no file is open')
    try {
      let written = 0
      while (written < bytes.length) {
        written += (await this.#file.write(bytes, written, bytes.length - written, last.end - last.start + written))
          .bytesWritten
      }
      await this.#file.datasync()
      last.end += bytes.length
      last.to = Date.now()
    } catch (error) {
      await this.#abandonFile(last)
      throw error
    }
  }

  get needsFile(): boolean {
    return this.#file === undefined
  }

  /** Begins a new file at `position`. */
  async roll(position: number): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
    this.#file = await open(join(this.#folder, fileName(position)), 'w')
    await this.#syncFolder()
    if (this.#segments.at(-1)?.start === position) this.#segments.pop()
    const now = Date.now()
    this.#segments.push({ start: position, end: position, from: now, to: now })
  }

  async reopenLast(): Promise<void> {
    const last = this.#segments.at(-1)
    if (last) this.#file = await open(join(this.#folder, fileName(last.start)), 'r+')
  }

  /**
   * The frames from `position` on, as far as `maxBytes` reach. None if there are none or if the first one is damaged:
   * then it goes on at `resumeAt`.
   */
  async read(position: number, maxBytes: number): Promise<{ frames: Frame[]; resumeAt: number }> {
    const segment = this.#segments.find(({ end }) => position < end)
    if (!segment) return { frames: [], resumeAt: position }
    const from = Math.max(position, segment.start)
    const bytes = Buffer.allocUnsafe(Math.min(maxBytes, segment.end - from))
    const file = await open(join(this.#folder, fileName(segment.start)), 'r')
    try {
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from - segment.start)
      const frames: Frame[] = []
      let offset = 0
      const whole = bytes.subarray(0, bytesRead)
      for (let frame = decodeFrame(whole, 0); frame !== undefined; frame = decodeFrame(whole, offset)) {
        offset = frame.end
        frames.push({ ...frame, end: from + frame.end })
      }
      return { frames, resumeAt: frames.length > 0 ? position : behindDamage(whole, from, segment.end) }
    } finally {
      await file.close()
    }
  }

  /** Deletes files that lie wholly before `position`; the newest one stays. */
  async releaseBefore(position: number): Promise<void> {
    for (let first = this.#segments[0]; this.count > 1 && first && first.end <= position; first = this.#segments[0]) {
      this.#segments.shift()
      await unlink(join(this.#folder, fileName(first.start)))
    }
  }

  /** Deletes the oldest file unless it is the only one. Answers what behind `position` went with it. */
  async dropOldest(position: number): Promise<Deleted | undefined> {
    const first = this.#segments[0]
    if (!first || this.count < 2) return undefined
    const path = join(this.#folder, fileName(first.start))
    const bytes = await readFile(path)
    await unlink(path)
    this.#segments.shift()
    const { from, to } = first
    return {
      lines: measureFrames(bytes.subarray(Math.max(0, position - first.start))).lines,
      bytes: bytes.length,
      from,
      to,
    }
  }

  /** The first bytes at `position`, and when the file was written that they are in. */
  async peek(position: number, maxBytes: number): Promise<{ bytes: Buffer; from: number; to: number } | undefined> {
    const segment = this.#segments.find(({ end }) => position < end)
    if (!segment) return undefined
    const bytes = Buffer.alloc(Math.min(maxBytes, segment.end - position))
    const file = await open(join(this.#folder, fileName(segment.start)), 'r')
    try {
      await file.read(bytes, 0, bytes.length, position - segment.start)
    } finally {
      await file.close()
    }
    return { bytes, from: segment.from, to: segment.to }
  }

  /** Rejects while the disk takes nothing. */
  async probe(): Promise<void> {
    const path = join(this.#folder, 'probe')
    try {
      // All of it: a single write of a nearly full disk takes a part, and says no word.
      await writeFile(path, Buffer.alloc(probeBytes), { flush: true })
    } finally {
      await rm(path, { force: true })
    }
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  async #cutTail(): Promise<number> {
    const last = this.#segments.at(-1)
    if (!last) return 0
    const path = join(this.#folder, fileName(last.start))
    const end = endOfFrames(await readFile(path))
    const cutBytes = last.end - last.start - end
    last.end = last.start + end
    if (cutBytes > 0) await truncate(path, end)
    return cutBytes
  }

  /** What a failed sync has left on disk is unknown: nothing more is written behind it. */
  async #abandonFile(last: Segment): Promise<void> {
    await this.#file?.close().catch(() => undefined) // it has failed already
    this.#file = undefined
    // A tail that stays is never read: the next file begins where it begins.
    await truncate(join(this.#folder, fileName(last.start)), last.end - last.start).catch(() => undefined)
  }

  async #syncFolder(): Promise<void> {
    const folder = await open(this.#folder, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }
}
