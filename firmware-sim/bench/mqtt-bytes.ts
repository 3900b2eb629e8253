/** The few MQTT 3.1.1 packets that the references need, as bytes: neither side of a comparison pays for a library. */

function remainingLength(length: number): number[] {
  const bytes: number[] = []
  let rest = length
  do {
    const digit = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? digit | 0x80 : digit)
  } while (rest > 0)
  return bytes
}

const text = (value: string) => {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}

function packet(firstByte: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([firstByte, ...remainingLength(body.length)]), body])
}

export function connectPacket(clientId: string, password: string): Buffer {
  const variable = Buffer.concat([text('MQTT'), Buffer.from([4, 0xc2, 0, 60])])
  return packet(0x10, Buffer.concat([variable, text(clientId), text(clientId), text(password)]))
}

export function publishPacket(topic: string, packetId: number, payload: string): Buffer {
  return packet(0x32, Buffer.concat([text(topic), Buffer.from([packetId >> 8, packetId & 255]), Buffer.from(payload)]))
}

export function subscribePacket(topic: string): Buffer {
  return packet(0x82, Buffer.concat([Buffer.from([0, 1]), text(topic), Buffer.from([1])]))
}

export const connackPacket = Buffer.from([0x20, 2, 0, 0])
export const pubackPacket = (packetId: number) => Buffer.from([0x40, 2, packetId >> 8, packetId & 255])

export interface Packet {
  /** Upper half of the first byte: 1 CONNECT, 2 CONNACK, 3 PUBLISH, 4 PUBACK … */
  readonly kind: number
  readonly body: Buffer
}

/** Cuts a stream into packets; answers a function to feed. */
export function packetReader(onPacket: (packet: Packet) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    const input = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let offset = 0
    for (;;) {
      const header = readHeader(input, offset)
      if (!header || header.end > input.length) break
      onPacket({ kind: (input[offset] ?? 0) >> 4, body: input.subarray(header.start, header.end) })
      offset = header.end
    }
    rest = input.subarray(offset)
  }
}

function readHeader(input: Buffer, offset: number): { start: number; end: number } | undefined {
  let length = 0
  let factor = 1
  for (let index = offset + 1; index < Math.min(input.length, offset + 5); index += 1) {
    const byte = input[index] ?? 0
    length += (byte & 127) * factor
    factor *= 128
    if (byte < 128) return { start: index + 1, end: index + 1 + length }
  }
  return undefined
}
