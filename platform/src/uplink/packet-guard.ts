import type { Duplex } from 'node:stream'

export interface PacketLimits {
  /** Bytes of the first packet, which comes from somebody unknown. */
  readonly first: number
  /** Bytes of every later packet. */
  readonly later: number
}

/**
 * Follows MQTT packet borders through a byte stream and answers `false` as soon as a header announces
 * more than the limit, before a byte of that packet has to be kept.
 */
export function createPacketScanner(limits: PacketLimits) {
  let part: 'type' | 'length' | 'body' = 'type'
  let limit = limits.first
  let remaining = 0
  let scale = 1

  function takeHeaderByte(byte: number): boolean {
    if (part === 'type') {
      part = 'length'
      remaining = 0
      scale = 1
      return true
    }
    remaining += (byte & 0x7f) * scale
    scale *= 128
    if (byte & 0x80) return scale <= 128 ** 3 // four bytes of length at most [MQTT-2.2.3]
    const allowed = remaining <= limit
    part = remaining > 0 ? 'body' : 'type'
    limit = Math.max(limit, limits.later)
    return allowed
  }

  function feed(chunk: Uint8Array): boolean {
    let offset = 0
    while (offset < chunk.length) {
      if (part === 'body') {
        const step = Math.min(remaining, chunk.length - offset)
        remaining -= step
        offset += step
        if (remaining === 0) part = 'type'
      } else if (!takeHeaderByte(chunk[offset++] ?? 0)) return false
    }
    return true
  }

  return {
    feed,
    /** For a peer that turned out to be trusted. */
    lift: () => {
      limit = Number.POSITIVE_INFINITY
    },
  }
}

export type PacketScanner = ReturnType<typeof createPacketScanner>

/** Closes the connection when a packet is too large; aedes itself would buffer it whole. */
export function guardPackets(socket: Duplex, scanner: PacketScanner, onTooLarge: () => void): void {
  const read = socket.read.bind(socket)
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size)
    if (!(chunk instanceof Uint8Array) || scanner.feed(chunk)) return chunk
    onTooLarge()
    socket.destroy()
    return null
  }
}
