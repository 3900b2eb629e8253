/** MQTT packets as bytes, right ones and all kinds of wrong ones. */

export const field = (value: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(value as string)
  return Buffer.concat([number(bytes.length), bytes])
}

export const number = (value: number): Buffer => Buffer.from([value >> 8, value & 255])

export function packet(first: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  const header = [first]
  let rest = body.length
  do {
    header.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.concat([Buffer.from(header), body])
}

export interface ConnectParts {
  readonly protocol?: string
  readonly level?: number
  /** Instead of what follows from the other parts. */
  readonly flags?: number
  readonly clean?: boolean
  readonly keepAliveS?: number
  readonly clientId?: string | Uint8Array
  readonly will?: { readonly topic: string | Uint8Array; readonly message: string; readonly qos?: number }
  readonly user?: string | Uint8Array | undefined
  readonly password?: string | undefined
}

const flagsOf = ({ clean = true, will, user, password }: ConnectParts) =>
  (user === undefined ? 0 : 0x80) |
  (password === undefined ? 0 : 0x40) |
  (will ? 0x04 | ((will.qos ?? 0) << 3) : 0) |
  (clean ? 0x02 : 0)

export function connect(parts: ConnectParts): Buffer {
  const { protocol = 'MQTT', level = 4, keepAliveS = 60, clientId = '', will, user, password } = parts
  const optional = [will?.topic, will?.message, user, password].filter((value) => value !== undefined)
  const flags = parts.flags ?? flagsOf(parts)
  return packet(
    0x10,
    field(protocol),
    Buffer.from([level, flags]),
    number(keepAliveS),
    field(clientId),
    ...optional.map(field),
  )
}

export interface PublishParts {
  readonly qos?: number
  readonly dup?: boolean
  readonly retain?: boolean
  readonly packetId?: number
}

export const publish = (topic: string | Uint8Array, payload: string, parts: PublishParts = {}): Buffer => {
  const { qos = 0, dup = false, retain = false, packetId = 1 } = parts
  const flags = (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
  return packet(0x30 | flags, field(topic), qos > 0 ? number(packetId) : Buffer.alloc(0), Buffer.from(payload))
}

export const subscribe = (
  filters: readonly (readonly [filter: string | Uint8Array, qos: number])[],
  packetId = 1,
): Buffer => packet(0x82, number(packetId), ...filters.flatMap(([filter, qos]) => [field(filter), Buffer.from([qos])]))

export const unsubscribe = (filters: readonly (string | Uint8Array)[], packetId = 1): Buffer =>
  packet(0xa2, number(packetId), ...filters.map(field))

export const acknowledge = (type: number, packetId: number): Buffer =>
  packet((type << 4) | (type === 6 ? 2 : 0), number(packetId))

export const pingreq = packet(0xc0)
export const disconnect = packet(0xe0)

export interface Packet {
  readonly type: number
  readonly flags: number
  readonly body: Buffer
}

/** Cuts what was received into packets; an incomplete one at the end is left out. */
export function split(bytes: Buffer): Packet[] {
  const packets: Packet[] = []
  for (let offset = 0; offset < bytes.length;) {
    let length = 0
    let at = offset + 1
    for (let scale = 1; ; scale *= 128, at += 1) {
      const byte = bytes[at]
      if (byte === undefined) return packets
      length += (byte & 127) * scale
      if (byte < 128) break
    }
    const end = at + 1 + length
    if (end > bytes.length) return packets
    const first = bytes[offset] ?? 0
    packets.push({ type: first >> 4, flags: first & 15, body: bytes.subarray(at + 1, end) })
    offset = end
  }
  return packets
}
