/** One connection, as far as it tells who is behind it. */
export interface Sighting {
  /** Differs between two machines, stays the same while one of them reconnects. */
  readonly instance: string
  readonly address?: string | undefined
  readonly credential?: 'secret' | 'certificate' | undefined
}

export interface SharedCredential {
  readonly takeovers: number
  readonly addresses: string[]
  readonly credential?: 'secret' | 'certificate'
}

const windowMs = 5 * 60_000
/** A process that was restarted once or twice has taken over from itself as often. */
const maxTakeovers = 3
const maxAddresses = 8
const maxKept = 32

interface Seen extends Sighting {
  readonly at: number
}

/**
 * Notices that two machines use the credentials of one gateway: they take each other's place again and again.
 * A machine that comes back after another had taken its place cannot be a restart, whose `instance` is new.
 * Pure: the caller says what time it is.
 */
export function createIdentityWatch() {
  const seen = new Map<string, Seen[]>()

  return {
    /** Answers what to report, once for each time that it is certain. */
    connected(gatewayId: string, sighting: Sighting, now: number): SharedCredential | undefined {
      const before = (seen.get(gatewayId) ?? []).filter(({ at }) => now - at < windowMs)
      const isSame = before.at(-1)?.instance === sighting.instance
      const all = [...(isSame ? before.slice(0, -1) : before), { ...sighting, at: now }].slice(-maxKept)
      seen.set(gatewayId, all)
      const isBack = !isSame && before.some(({ instance }) => instance === sighting.instance)
      const takeovers = all.length - 1
      if (!isBack || takeovers < maxTakeovers) return undefined
      seen.delete(gatewayId)
      const addresses = new Set(all.flatMap(({ address }) => (address === undefined ? [] : [address])))
      const { credential } = sighting
      return { takeovers, addresses: [...addresses].slice(0, maxAddresses), ...(credential && { credential }) }
    },
  }
}
