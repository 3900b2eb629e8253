import { inflateRawSync } from 'node:zlib'

const endOfDirectory = 0x06054b50
const mostBytes = 64 * 1024 * 1024

/** The files of a ZIP archive (APPNOTE 4.3), stored or deflated. Throws for anything else. */
export function filesOfZip(archive: Buffer): { readonly name: Buffer; readonly content: Buffer }[] {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0 || archive.readUInt32LE(end) !== endOfDirectory) throw new Error('The bill is no ZIP archive')
  let at = archive.readUInt32LE(end + 16)
  return Array.from({ length: archive.readUInt16LE(end + 10) }, () => {
    const [method, size] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20)]
    const [nameLength, extra] = [archive.readUInt16LE(at + 28), archive.readUInt16LE(at + 30)]
    const [comment, local] = [archive.readUInt16LE(at + 32), archive.readUInt32LE(at + 42)]
    const name = archive.subarray(at + 46, at + 46 + nameLength)
    at += 46 + nameLength + extra + comment
    // The local header has lengths of its own.
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
    const packed = archive.subarray(start, start + size)
    if (method !== 0 && method !== 8) throw new Error(`ZIP method ${method} is not known`)
    return { name, content: method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: mostBytes }) }
  })
}
