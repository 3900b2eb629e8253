interface Size {
  readonly width?: number
  readonly height?: number
}

const uint16 = (value: number) => [value >> 8, value & 0xff]
const uint32 = (value: number) => [...uint16(value >>> 16), ...uint16(value & 0xffff)]

/** A whole JPEG by structure, with `content` in a comment so that each one has a name of its own. */
export function tinyJpeg(content: Uint8Array = new Uint8Array(), { width = 16, height = 9 }: Size = {}): Uint8Array {
  const comments: number[] = []
  for (let at = 0; at < content.length; at += 60_000) {
    const piece = content.subarray(at, at + 60_000)
    comments.push(0xff, 0xfe, ...uint16(piece.length + 2))
    for (const byte of piece) comments.push(byte)
  }
  const frame = [0xff, 0xc0, ...uint16(11), 8, ...uint16(height), ...uint16(width), 1, 1, 0x11, 0]
  const scan = [0xff, 0xda, ...uint16(8), 1, 1, 0, 0, 63, 0, 0x12, 0x34]
  return Uint8Array.from([0xff, 0xd8, ...comments, ...frame, ...scan, 0xff, 0xd9])
}

/** A whole PNG by structure. */
export function tinyPng(content: Uint8Array = new Uint8Array(), { width = 16, height = 9 }: Size = {}): Uint8Array {
  const chunk = (type: string, data: readonly number[]) => [
    ...uint32(data.length),
    ...new TextEncoder().encode(type),
    ...data,
  ]
  const header = chunk('IHDR', [...uint32(width), ...uint32(height), 8, 2, 0, 0, 0])
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...[...header, 0, 0, 0, 0],
    ...[...chunk('IDAT', [...content]), 0, 0, 0, 0],
    ...[0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82],
  ])
}
