import { readFileSync } from 'node:fs'

/**
 * What a crash has left of SQLite's write-ahead log. `torn`: the last write is not whole; it was never synced, or the
 * disk has spoilt just this one. `damaged`: more than one transaction that was synced cannot be read any more.
 */
export type WalState = 'sound' | 'torn' | 'damaged'

/** https://www.sqlite.org/fileformat2.html#the_write_ahead_log, section 4.1 and 4.2. */
const headerBytes = 32
const frameHeaderBytes = 24
const magic = { little: 0x377f0682, big: 0x377f0683 }
const at = { pageBytes: 8, salts: 16, checksum: 24, frameSalts: 8, frameChecksum: 16, pagesAfterCommit: 4 }

type Sums = readonly [number, number]
type Read = (offset: number) => number

function checksum(read: Read, [from, to]: readonly [number, number], [first, second]: Sums): Sums {
  let one = first
  let two = second
  for (let offset = from; offset < to; offset += 8) {
    one = (one + read(offset) + two) >>> 0
    two = (two + read(offset + 4) + one) >>> 0
  }
  return [one, two]
}

class Wal {
  readonly #bytes: Buffer
  readonly #read: Read
  readonly #frameBytes: number

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    const isBig = bytes.readUInt32BE(0) === magic.big
    this.#read = isBig ? (offset) => bytes.readUInt32BE(offset) : (offset) => bytes.readUInt32LE(offset)
    this.#frameBytes = frameHeaderBytes + bytes.readUInt32BE(at.pageBytes)
  }

  get headerSums(): Sums | undefined {
    const known: number[] = Object.values(magic)
    if (!known.includes(this.#bytes.readUInt32BE(0))) return undefined
    const sums = checksum(this.#read, [0, at.checksum], [0, 0])
    return this.#hasSums(at.checksum, sums) ? sums : undefined
  }

  /** Where the first frame stands that does not go on from those before it. */
  endOfWhole(start: Sums): number {
    let sums = start
    for (let frame = headerBytes; ; frame += this.#frameBytes) {
      if (!this.#isOfThisLog(frame)) return frame
      const inHeader = checksum(this.#read, [frame, frame + 8], sums)
      sums = checksum(this.#read, [frame + frameHeaderBytes, frame + this.#frameBytes], inHeader)
      if (!this.#hasSums(frame + at.frameChecksum, sums)) return frame
    }
  }

  /** How many transactions of this log end at `from` or behind; nothing when there is not even a part of one. */
  transactionsFrom(from: number): number | undefined {
    let commits: number | undefined
    for (let frame = from; frame + frameHeaderBytes <= this.#bytes.length; frame += this.#frameBytes) {
      // What is left of an earlier log bears other salts.
      if (!this.#hasSalts(frame)) continue
      commits = (commits ?? 0) + (this.#bytes.readUInt32BE(frame + at.pagesAfterCommit) > 0 ? 1 : 0)
    }
    return commits
  }

  #hasSums(offset: number, [one, two]: Sums): boolean {
    return this.#bytes.readUInt32BE(offset) === one && this.#bytes.readUInt32BE(offset + 4) === two
  }

  #hasSalts(frame: number): boolean {
    return (
      this.#bytes.compare(this.#bytes, at.salts, at.salts + 8, frame + at.frameSalts, frame + at.frameSalts + 8) === 0
    )
  }

  #isOfThisLog(frame: number): boolean {
    return frame + this.#frameBytes <= this.#bytes.length && this.#hasSalts(frame)
  }
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined // there is none
  }
}

/**
 * SQLite goes on without a word from the last transaction that it can read. Whoever has been told of a later one must
 * learn of it: this looks before SQLite does.
 */
export function inspectWal(path: string): WalState {
  const bytes = read(path)
  if (!bytes || bytes.length === 0) return 'sound'
  if (bytes.length < headerBytes) return 'torn'
  const wal = new Wal(bytes)
  const sums = wal.headerSums
  if (!sums) return 'damaged'
  const behind = wal.transactionsFrom(wal.endOfWhole(sums))
  if (behind === undefined) return 'sound'
  return behind > 1 ? 'damaged' : 'torn'
}
