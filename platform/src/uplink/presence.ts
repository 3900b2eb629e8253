interface Sighting {
  readonly lastAt: number
  /** Start of the gateway that said hello; unknown when the platform was started under a running connection. */
  readonly bootId: string | undefined
}

/** Who is connected, judged only by what was heard. Pure: the caller says what time it is. */
export function createPresence(silentAfterMs: number) {
  const sightings = new Map<string, Sighting>()

  return {
    isOnline: (gatewayId: string) => sightings.has(gatewayId),
    count: () => sightings.size,
    /** Answers whether the gateway was not there before. */
    heard(gatewayId: string, now: number): boolean {
      const before = sightings.get(gatewayId)
      sightings.set(gatewayId, { lastAt: now, bootId: before?.bootId })
      return !before
    },
    greeted(gatewayId: string, bootId: string, now: number) {
      sightings.set(gatewayId, { lastAt: now, bootId })
    },
    /** Answers whether the gateway is gone by that; the last word of an earlier start changes nothing. */
    saidGoodbye(gatewayId: string, bootId: string): boolean {
      const sighting = sightings.get(gatewayId)
      if (!sighting || (sighting.bootId !== undefined && sighting.bootId !== bootId)) return false
      return sightings.delete(gatewayId)
    },
    forget(gatewayId: string) {
      sightings.delete(gatewayId)
    },
    /** Takes away, and answers, everybody who has been silent for too long. */
    takeSilent(now: number): string[] {
      const silent = [...sightings].filter(([, { lastAt }]) => now - lastAt >= silentAfterMs).map(([id]) => id)
      for (const gatewayId of silent) sightings.delete(gatewayId)
      return silent
    },
  }
}

export type Presence = ReturnType<typeof createPresence>
