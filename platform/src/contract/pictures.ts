/** What the bytes of a picture say of themselves. */
export interface PictureFacts {
  readonly type: 'image/jpeg' | 'image/png'
  /** Pixels. */
  readonly width: number
  readonly height: number
}

/** Larger ones are made to exhaust whoever decodes them. */
const mostPixelsPerSide = 16_384
const mostPixels = 100_000_000

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** The last chunk of every PNG: length 0, `IEND`, CRC (PNG 3rd edition, 11.2.5). */
const pngEnd = [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]

const isAt = (bytes: Uint8Array, offset: number, expected: readonly number[]) =>
  expected.every((byte, index) => bytes[offset + index] === byte)

const uint16 = (bytes: Uint8Array, offset: number) => ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0)
const uint32 = (bytes: Uint8Array, offset: number) => uint16(bytes, offset) * 65_536 + uint16(bytes, offset + 2)

/** SOF0 to SOF15 without DHT, JPG and DAC, which share their range (ITU-T T.81, table B.1). */
const isFrameHeader = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

function hasEndOfImage(bytes: Uint8Array, from: number): boolean {
  // Cameras pad what comes after the end; the end itself is never missing from a whole picture.
  for (let at = bytes.length - 2; at >= from; at -= 1) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true
  return false
}

/** Walks from marker to marker up to the first scan. */
function readJpeg(bytes: Uint8Array): PictureFacts | undefined {
  let size: { width: number; height: number } | undefined
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] ?? 0
    const length = uint16(bytes, at + 2)
    if (marker === 0xda) return size && hasEndOfImage(bytes, at) ? { type: 'image/jpeg', ...size } : undefined
    if (isFrameHeader(marker)) size = { height: uint16(bytes, at + 5), width: uint16(bytes, at + 7) }
    // Fill bytes may stand before any marker (B.1.1.2); a length counts itself.
    at += marker === 0xff ? 1 : 2 + Math.max(2, length)
  }
  return undefined
}

function readPng(bytes: Uint8Array): PictureFacts | undefined {
  const hasHeader = uint32(bytes, 8) === 13 && isAt(bytes, 12, [0x49, 0x48, 0x44, 0x52])
  if (!hasHeader || !isAt(bytes, bytes.length - pngEnd.length, pngEnd)) return undefined
  return { type: 'image/png', width: uint32(bytes, 16), height: uint32(bytes, 20) }
}

function read(bytes: Uint8Array): PictureFacts | undefined {
  if (isAt(bytes, 0, [0xff, 0xd8, 0xff])) return readJpeg(bytes)
  return isAt(bytes, 0, pngSignature) ? readPng(bytes) : undefined
}

/**
 * Whether bytes are a whole JPEG or PNG of a bearable size, and which. What a sender says of them is not trusted.
 * Answers `undefined` for everything else; reads the structure only, decodes nothing.
 */
export function pictureFacts(bytes: Uint8Array): PictureFacts | undefined {
  const facts = read(bytes)
  if (!facts) return undefined
  const { width, height } = facts
  const isBearable = Math.max(width, height) <= mostPixelsPerSide && width * height <= mostPixels
  return isBearable && width > 0 && height > 0 ? facts : undefined
}
