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
