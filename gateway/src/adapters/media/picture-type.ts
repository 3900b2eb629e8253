const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const jpeg = Buffer.from([0xff, 0xd8, 0xff])

const begins = (bytes: Uint8Array, magic: Buffer) => magic.equals(bytes.subarray(0, magic.length))

/** What the bytes themselves say; what a sender says of them is not trusted. */
export function pictureType(bytes: Uint8Array): 'image/jpeg' | 'image/png' | undefined {
  if (begins(bytes, jpeg)) return 'image/jpeg'
  return begins(bytes, png) ? 'image/png' : undefined
}
