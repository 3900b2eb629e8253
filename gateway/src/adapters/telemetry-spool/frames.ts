import { crc32 } from 'node:zlib'

/**
 * One group of lines that were synced together: length of the text, CRC-32 over line count and text, line count, text.
 * A group that a crash tore apart was never acknowledged, so it is whole or it is nothing.
 */
export const frameHeaderBytes = 12

export function encodeFrame(text: string, lines: number): Buffer {
  const textBytes = Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(frameHeaderBytes + textBytes)
  frame.writeUInt32LE(textBytes, 0)
  frame.writeUInt32LE(lines, 8)
  frame.write(text, frameHeaderBytes)
  frame.writeUInt32LE(crc32(frame.subarray(8)), 4)
  return frame
}

export interface Frame {
  readonly lines: number
  readonly text: Buffer
  /** Offset behind the frame. */
  readonly end: number
}

/** The frame at `offset`; `undefined` if it is incomplete or its checksum is wrong. */
export function decodeFrame(bytes: Buffer, offset: number): Frame | undefined {
  if (offset + frameHeaderBytes > bytes.length) return undefined
  const end = offset + frameHeaderBytes + bytes.readUInt32LE(offset)
  if (end > bytes.length || bytes.readUInt32LE(offset + 4) !== crc32(bytes.subarray(offset + 8, end))) return undefined
  return { lines: bytes.readUInt32LE(offset + 8), text: bytes.subarray(offset + frameHeaderBytes, end), end }
}

/** No frame is larger, so that a length that was damaged does not lead far. */
export const maxFrameBytes = 2 * 1024 * 1024
const maxLines = 100_000

function isPlausible(bytes: Buffer, offset: number): boolean {
  const lines = bytes.readUInt32LE(offset + 8)
  return bytes.readUInt32LE(offset) <= maxFrameBytes && lines > 0 && lines <= maxLines
}

/** Where the first whole frame from `from` on begins: what stands before it is damaged. */
export function findFrame(bytes: Buffer, from: number): number | undefined {
  for (let offset = from; offset + frameHeaderBytes <= bytes.length; offset += 1) {
    if (isPlausible(bytes, offset) && decodeFrame(bytes, offset)) return offset
  }
  return undefined
}

/** Where the last whole frame ends, whatever is damaged before it. */
export function endOfFrames(bytes: Buffer): number {
  let { end } = measureFrames(bytes)
  for (let next = findFrame(bytes, end); next !== undefined; next = findFrame(bytes, end)) {
    end = next + measureFrames(bytes.subarray(next)).end
  }
  return end
}

/** The beginning of the text of a frame, of which the bytes may hold only a part. */
export const textStart = (bytes: Buffer) => bytes.subarray(frameHeaderBytes).toString()

/** How much of the bytes are whole frames, and how many lines those hold. */
export function measureFrames(bytes: Buffer): { readonly end: number; readonly lines: number } {
  let end = 0
  let lines = 0
  for (let frame = decodeFrame(bytes, 0); frame !== undefined; frame = decodeFrame(bytes, end)) {
    end = frame.end
    lines += frame.lines
  }
  return { end, lines }
}
