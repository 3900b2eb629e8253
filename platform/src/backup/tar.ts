import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { archiveDamaged } from '../errors.ts'

/** A file in an archive, and where its bytes come from. */
export interface ArchiveFile {
  /** Relative, with slashes. */
  readonly path: string
  readonly mode: number
  readonly bytes: number
  readonly content: () => AsyncIterable<Buffer>
}

const blockBytes = 512
const maxPathBytes = 100

export const contentOf = (path: string, bytes: number) => () =>
  bytes === 0 ? Readable.from([]) : (createReadStream(path, { end: bytes - 1 }) as AsyncIterable<Buffer>)

/** Octal, or above eight gigabytes the base-256 of GNU tar. */
function number(value: number, length: number): Buffer {
  const octal = value.toString(8)
  if (octal.length < length) return Buffer.from(`${octal.padStart(length - 1, '0')}\0`)
  const bytes = Buffer.alloc(length)
  bytes.writeBigUInt64BE(BigInt(value), length - 8)
  bytes.writeUInt8(0x80, 0)
  return bytes
}

function header({ path, mode, bytes }: ArchiveFile): Buffer {
  if (Buffer.byteLength(path) > maxPathBytes) throw new Error(`the path "${path}" is too long for an archive`)
  const block = Buffer.alloc(blockBytes)
  block.write(path, 0)
  number(mode, 8).copy(block, 100)
  number(0, 8).copy(block, 108)
  number(0, 8).copy(block, 116)
  number(bytes, 12).copy(block, 124)
  number(Math.floor(Date.now() / 1000), 12).copy(block, 136)
  block.fill(0x20, 148, 156)
  block.write('0', 156)
  block.write('ustar\u000000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** The bytes of a tar archive, as `tar` reads it. A file that has become shorter meanwhile is an error. */
export async function* writeTar(files: AsyncIterable<ArchiveFile>): AsyncGenerator<Buffer> {
  for await (const file of files) {
    yield header(file)
    let written = 0
    for await (const chunk of file.content()) {
      written += chunk.length
      yield chunk
    }
    if (written !== file.bytes) throw new Error(`"${file.path}" has changed while it was read`)
    yield Buffer.alloc((blockBytes - (written % blockBytes)) % blockBytes)
  }
  yield Buffer.alloc(2 * blockBytes)
}

/** Takes bytes from chunks of any size. */
class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** At most `limit` bytes, as they come; nothing at the end. */
  async some(limit: number): Promise<Buffer | undefined> {
    if (this.#rest.length === 0) {
      const next = await this.#chunks.next()
      if (next.done) return undefined
      this.#rest = next.value
    }
    const taken = this.#rest.subarray(0, limit)
    this.#rest = this.#rest.subarray(taken.length)
    return taken
  }

  async *take(bytes: number): AsyncGenerator<Buffer> {
    for (let missing = bytes; missing > 0;) {
      const chunk = await this.some(missing)
      if (!chunk) throw archiveDamaged('it ends too early')
      missing -= chunk.length
      yield chunk
    }
  }

  async exactly(bytes: number): Promise<Buffer> {
    const chunks: Buffer[] = []
    for await (const chunk of this.take(bytes)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
}

function readNumber(field: Buffer): number {
  if (((field[0] ?? 0) & 0x80) !== 0) return Number(field.readBigUInt64BE(field.length - 8))
  const value = Number.parseInt(field.toString('latin1').replace(/[\0 ].*$/, ''), 8)
  if (!Number.isSafeInteger(value) || value < 0) throw archiveDamaged('a file header is not readable')
  return value
}

const pathPattern = /^(?!.*(?:^|\/)\.\.?(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/

function readHeader(block: Buffer) {
  const sum = readNumber(block.subarray(148, 156))
  const own = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0)
  if (sum !== own) throw archiveDamaged('the checksum of a file header is wrong')
  const path = block.toString('utf8', 0, maxPathBytes).replace(/\0.*$/s, '')
  // A path that leads elsewhere would be written elsewhere.
  if (!pathPattern.test(path) || block.toString('latin1', 156, 157) !== '0') {
    throw archiveDamaged('it holds something else than files of Gatehouse')
  }
  return { path, mode: readNumber(block.subarray(100, 108)) & 0o777, bytes: readNumber(block.subarray(124, 136)) }
}

/** Hands out one file after the other; each must be read to its end before the next. */
export async function readTar(
  chunks: AsyncIterable<Buffer>,
  onFile: (file: ArchiveFile) => Promise<void>,
): Promise<void> {
  const reader = new ByteReader(chunks)
  for (;;) {
    const block = await reader.exactly(blockBytes)
    if (block.every((byte) => byte === 0)) break
    const file = readHeader(block)
    await onFile({ ...file, content: () => reader.take(file.bytes) })
    await reader.exactly((blockBytes - (file.bytes % blockBytes)) % blockBytes)
  }
  // To the end: what follows may show that the archive was tampered with.
  for (let rest = await reader.some(blockBytes); rest; rest = await reader.some(65_536));
}

export const saveContent = (content: AsyncIterable<Buffer>, to: NodeJS.WritableStream) => pipeline(content, to)
