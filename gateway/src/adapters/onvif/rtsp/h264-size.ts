export interface PictureSize {
  readonly width: number
  readonly height: number
}

const sequenceParameterSet = 7
/** Profiles whose parameter set also tells the colour format (H.264, 7.3.2.1.1). */
const withColourFormat = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 134, 135, 138, 139])
/** Real sets have a few dozen bytes. */
const longestSet = 1024

/** Removes the bytes that keep a start code from appearing by chance. */
function withoutPrevention(bytes: Buffer): Buffer {
  return Buffer.from(bytes.filter((byte, at) => !(byte === 3 && at >= 2 && bytes[at - 1] === 0 && bytes[at - 2] === 0)))
}

/** Bits and Exp-Golomb numbers (H.264, 9.1). Beyond the end come zeros; `isOver` tells that they did. */
function createBits(bytes: Buffer) {
  let at = 0
  const bit = () => {
    const byte = bytes[at >> 3] ?? 0
    const value = (byte >> (7 - (at & 7))) & 1
    at += 1
    return value
  }
  const bits = (count: number) => {
    let value = 0
    for (let index = 0; index < count; index += 1) value = value * 2 + bit()
    return value
  }
  const unsigned = () => {
    let zeros = 0
    while (zeros < 32 && bit() === 0) zeros += 1
    return 2 ** zeros - 1 + bits(zeros)
  }
  const signed = () => {
    const code = unsigned()
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2
  }
  return { bit, bits, unsigned, signed, isOver: () => at > bytes.length * 8 }
}
type Bits = ReturnType<typeof createBits>

function skipScalingList(bits: Bits, size: number) {
  let [last, next] = [8, 8]
  for (let index = 0; index < size && next !== 0; index += 1) {
    next = (last + bits.signed() + 256) % 256
    if (next !== 0) last = next
  }
}

/** Answers the colour format: 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
function readColourFormat(bits: Bits): number {
  const format = bits.unsigned()
  if (format === 3) bits.bit()
  bits.unsigned()
  bits.unsigned()
  bits.bit()
  const lists = bits.bit() === 1 ? (format === 3 ? 12 : 8) : 0
  for (let list = 0; list < lists; list += 1) if (bits.bit() === 1) skipScalingList(bits, list < 6 ? 16 : 64)
  return format
}

function skipPictureOrder(bits: Bits) {
  const type = bits.unsigned()
  if (type === 0) bits.unsigned()
  if (type !== 1) return
  bits.bit()
  bits.signed()
  bits.signed()
  const cycle = Math.min(255, bits.unsigned())
  for (let index = 0; index < cycle; index += 1) bits.signed()
}

function readSize(bits: Bits, format: number): PictureSize {
  const columns = bits.unsigned() + 1
  const rows = bits.unsigned() + 1
  const isFrameOnly = bits.bit() === 1
  if (!isFrameOnly) bits.bit()
  bits.bit()
  const isCropped = bits.bit() === 1
  const [left, right, top, bottom] = Array.from({ length: 4 }, () => (isCropped ? bits.unsigned() : 0)) as [
    number,
    number,
    number,
    number,
  ]
  const fields = isFrameOnly ? 1 : 2
  const cropX = format === 1 || format === 2 ? 2 : 1
  const cropY = (format === 1 ? 2 : 1) * fields
  return { width: columns * 16 - cropX * (left + right), height: rows * 16 * fields - cropY * (top + bottom) }
}

/** The picture size that a sequence parameter set tells; `undefined` when it is none or is damaged. */
export function h264Size(base64: string): PictureSize | undefined {
  if (base64.length > longestSet) return undefined
  const bits = createBits(withoutPrevention(Buffer.from(base64, 'base64')))
  if ((bits.bits(8) & 31) !== sequenceParameterSet) return undefined
  const profile = bits.bits(8)
  bits.bits(16)
  bits.unsigned()
  const format = withColourFormat.has(profile) ? readColourFormat(bits) : 1
  bits.unsigned()
  skipPictureOrder(bits)
  bits.unsigned()
  bits.bit()
  const size = readSize(bits, format)
  return bits.isOver() ? undefined : size
}
