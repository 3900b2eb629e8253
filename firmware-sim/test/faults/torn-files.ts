import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../src/core/seeded-random.ts'

const walHeaderBytes = 32
const frameHeaderBytes = 24
const saltOffset = { header: 16, frame: 8 }
const saltBytes = 8

/** Where the frames of the present log end; what lies behind them is left over from an earlier one. */
function logicalEnd(wal: Buffer): number {
  const frameBytes = frameHeaderBytes + wal.readUInt32BE(8)
  const salts = wal.subarray(saltOffset.header, saltOffset.header + saltBytes)
  let end = walHeaderBytes
  while (end + frameBytes <= wal.length) {
    const own = wal.subarray(end + saltOffset.frame, end + saltOffset.frame + saltBytes)
    if (!own.equals(salts)) break
    end += frameBytes
  }
  return end
}

const randomBytes = (random: Random, length: number) => Buffer.from(Array.from({ length }, () => random.int(0, 255)))

/** What a write that was never synced may leave behind: a frame that looks right and is not, cut off anywhere. */
function tornFrame(wal: Buffer, random: Random): Buffer {
  const frame = randomBytes(random, frameHeaderBytes + wal.readUInt32BE(8))
  frame.writeUInt32BE(random.int(1, 5), 0)
  wal.copy(frame, saltOffset.frame, saltOffset.header, saltOffset.header + saltBytes)
  return frame.subarray(0, random.int(1, frame.length))
}

/** Leaves a half-written transaction at the end of a SQLite write-ahead log, as a power cut may. */
export function tearWal(path: string, random: Random) {
  if (!existsSync(path)) return
  const wal = readFileSync(path)
  if (wal.length < walHeaderBytes) return
  const file = openSync(path, 'r+')
  try {
    const torn = tornFrame(wal, random)
    writeSync(file, torn, 0, torn.length, logicalEnd(wal))
  } finally {
    closeSync(file)
  }
}

/** Leaves a half-written group, or zeros, at the end of the newest file of the telemetry spool. */
export function tearSpool(folder: string, random: Random) {
  const newest = readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .at(-1)
  if (newest === undefined) return
  const file = openSync(join(folder, newest), 'a')
  try {
    const length = random.int(1, 600)
    writeSync(file, random.chance(0.3) ? Buffer.alloc(length) : randomBytes(random, length))
  } finally {
    closeSync(file)
  }
}

/** The whole log is lost to one bad sector at its beginning: the database is as it was when the log was begun. */
export function spoilWal(path: string) {
  if (!existsSync(path)) return
  const file = openSync(path, 'r+')
  try {
    writeSync(file, Buffer.alloc(walHeaderBytes, 0xa5), 0, walHeaderBytes, 0)
  } finally {
    closeSync(file)
  }
}

/** Bits that have rotted: some bytes of a file are no longer what was written. */
export function rot(path: string, random: Random, places: number) {
  if (!existsSync(path)) return
  const file = openSync(path, 'r+')
  try {
    const { size } = fstatSync(file)
    for (let place = 0; place < places && size > 0; place += 1) {
      const bytes = Buffer.alloc(64)
      const at = random.int(0, size - 1)
      const length = readSync(file, bytes, 0, bytes.length, at)
      writeSync(
        file,
        bytes.subarray(0, length).map((byte) => byte ^ random.int(1, 255)),
        0,
        length,
        at,
      )
    }
  } finally {
    closeSync(file)
  }
}
