/** Signatures and places of a ZIP archive [APPNOTE 4.3]. */
const endOfDirectory = 0x06054b50
const directoryEntry = 0x02014b50
const localHeaderBytes = 30
const directoryEntryBytes = 46
const deflated = 8
/** The end record is 22 bytes long and may be followed by a comment of 64 KiB. */
const endRecordBytes = 22
const mostCommentBytes = 65_535
/** A part that grows beyond this when unpacked is no list of permits but a bomb. */
const mostUnpackedBytes = 64 * 1024 * 1024

export type UnpackFile = (name: string) => Promise<string | undefined>

async function inflate(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new DecompressionStream('deflate-raw')
  const writer = stream.writable.getWriter()
  // What is wrong with the data shows when reading.
  writer.write(packed).catch(() => undefined)
  writer.close().catch(() => undefined)
  const parts: Uint8Array[] = []
  let length = 0
  const reader = stream.readable.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length
    if (length > mostUnpackedBytes) throw new RangeError('A part of the file is too large')
    parts.push(part.value)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function findDirectory(view: DataView): { readonly count: number; readonly start: number } {
  const first = Math.max(0, view.byteLength - endRecordBytes - mostCommentBytes)
  for (let at = view.byteLength - endRecordBytes; at >= first; at -= 1) {
    if (view.getUint32(at, true) === endOfDirectory)
      return { count: view.getUint16(at + 10, true), start: view.getUint32(at + 16, true) }
  }
  throw new TypeError('This is no ZIP archive')
}

/** Opens a ZIP archive in memory. Throws a TypeError when it is none. */
export function openZip(bytes: Uint8Array<ArrayBuffer>): UnpackFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { count, start } = findDirectory(view)
  const files = new Map<string, { readonly method: number; readonly size: number; readonly header: number }>()
  let at = start
  for (let index = 0; index < count && view.getUint32(at, true) === directoryEntry; index += 1) {
    const nameLength = view.getUint16(at + 28, true)
    const name = new TextDecoder().decode(
      bytes.subarray(at + directoryEntryBytes, at + directoryEntryBytes + nameLength),
    )
    files.set(name, {
      method: view.getUint16(at + 10, true),
      size: view.getUint32(at + 20, true),
      header: view.getUint32(at + 42, true),
    })
    at += directoryEntryBytes + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return async (name) => {
    const file = files.get(name)
    if (!file) return undefined
    const data =
      file.header + localHeaderBytes + view.getUint16(file.header + 26, true) + view.getUint16(file.header + 28, true)
    const packed = bytes.subarray(data, data + file.size)
    return new TextDecoder().decode(file.method === deflated ? await inflate(packed) : packed)
  }
}
