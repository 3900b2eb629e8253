import type { Clock } from '../../core/ports.ts'

interface Count {
  until: number
  asked: number
}

/** More would only be somebody who tries to fill our memory. */
const mostKeys = 20_000

function createCounts(clock: Clock, { windowMs, most }: { readonly windowMs: number; readonly most: number }) {
  const counts = new Map<string, Count>()
  return (key: string): boolean => {
    const now = clock.now()
    const known = counts.get(key)
    const count = known && known.until > now ? known : { until: now + windowMs, asked: 0 }
    count.asked += 1
    counts.delete(key)
    counts.set(key, count)
    for (const oldest of counts.keys()) {
      if (counts.size <= mostKeys) break
      counts.delete(oldest)
    }
    return count.asked <= most
  }
}

const minuteMs = 60_000

/**
 * How often somebody may ask for a plate. A driver needs it once or twice; whoever tries plates out to learn who is
 * inside is stopped by address, and by the code that is used from many addresses.
 */
export function createAskingLimit(clock: Clock) {
  const limits = [
    { keyOf: (address: string, laneId: string) => `${laneId} ${address}`, windowMs: 10 * minuteMs, most: 10 },
    { keyOf: (address: string) => address, windowMs: 10 * minuteMs, most: 30 },
    { keyOf: (_address: string, laneId: string) => laneId, windowMs: 60 * minuteMs, most: 300 },
  ].map(({ keyOf, ...limit }) => ({ keyOf, admits: createCounts(clock, limit) }))
  return (address: string, laneId: string): boolean =>
    limits.every(({ keyOf, admits }) => admits(keyOf(address, laneId)))
}
