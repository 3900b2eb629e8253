/** As much of a Socket.IO connection as is needed to see whether its other end reads. */
export interface Guest {
  readonly conn: { close(discard?: boolean): void }
}

/** What may wait for one console: a few seconds of a busy street. Then it is cut off and reloads what it shows. */
export const guestLimits = { packets: 5000, bytes: 4 * 1024 * 1024 } as const
const lookEveryMs = 1000

/** Of the engine's own making, and not in its types. */
interface Connection {
  readonly writeBuffer?: readonly { readonly data?: unknown }[]
  readonly transport?: { readonly socket?: { readonly terminate?: () => void } }
}

const sizeOf = (data: unknown) => (typeof data === 'string' ? data.length : 0)

/** Whether more waits for a console than it may: its line or its browser does not keep up. */
export function isTooSlow({ conn }: Guest, limits: { readonly packets: number; readonly bytes: number } = guestLimits) {
  const { writeBuffer = [] } = conn as Connection
  if (writeBuffer.length > limits.packets) return true
  let bytes = 0
  for (const { data } of writeBuffer) bytes += sizeOf(data)
  return bytes > limits.bytes
}

/** Looks after consoles that do not read what they are sent. Answers the way to stop. */
export function cutOffSlowGuests(guests: () => Iterable<Guest>, onCutOff: () => void): () => void {
  const timer = setInterval(() => {
    for (const guest of [...guests()].filter((candidate) => isTooSlow(candidate))) {
      onCutOff()
      const { transport } = guest.conn as Connection
      guest.conn.close(true) // what waits is not worth waiting for,
      transport?.socket?.terminate?.() // and neither is a goodbye that nobody reads
    }
  }, lookEveryMs)
  return () => clearInterval(timer)
}
