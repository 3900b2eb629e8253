import type { TakeOver } from './ports.ts'

export interface SharedCredential {
  readonly deviceId: string
  readonly credential: TakeOver['credential']
  readonly takeovers: number
  readonly addresses: readonly string[]
}

interface Seen extends TakeOver {
  readonly at: number
}

const windowMs = 5 * 60_000
const manyFromElsewhere = 3
/** From one address and client id: a network that comes and goes can let a device meet itself a few times. */
const manyOfTwins = 6
const reportEveryMs = 3_600_000
/** A device that fights with its double takes over every second or so. */
const keptPerDevice = 20
const addressesTold = 8

/**
 * Finds out that two machines use the credentials of one device: there is only one connection of a device at a time,
 * so they take it from each other. A device that comes back over its own half-open connection is no such case.
 */
export function createSharedCredentialWatch(now: () => number) {
  const takeOvers = new Map<string, Seen[]>()
  const reportedAt = new Map<string, number>()

  return {
    /** Answers what is to be told, at most once an hour for each device. */
    saw(deviceId: string, takeOver: TakeOver): SharedCredential | undefined {
      const at = now()
      const recent = [...(takeOvers.get(deviceId) ?? []), { ...takeOver, at }]
        .filter((seen) => at - seen.at < windowMs)
        .slice(-keptPerDevice)
      takeOvers.set(deviceId, recent)
      if (!isShared(recent) || at - (reportedAt.get(deviceId) ?? -Infinity) < reportEveryMs) return undefined
      reportedAt.set(deviceId, at)
      const addresses = new Set(recent.flatMap((seen) => seen.addresses))
      return {
        deviceId,
        credential: takeOver.credential,
        takeovers: recent.length,
        addresses: [...addresses].slice(0, addressesTold),
      }
    },
    removed(deviceId: string) {
      takeOvers.delete(deviceId)
      reportedAt.delete(deviceId)
    },
  }
}

const isShared = (recent: readonly Seen[]) =>
  recent.some(({ isElsewhere, wasAlive }) => isElsewhere && wasAlive) ||
  recent.filter(({ isElsewhere }) => isElsewhere).length >= manyFromElsewhere ||
  recent.filter(({ wasAlive }) => wasAlive).length >= manyOfTwins
