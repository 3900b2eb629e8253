/** A device that queued its messages looks slow for a moment; a wrong clock stays wrong. */
const confirmations = 3
/** Differences below are the way of the message, not the clock. */
const toleranceMs = 2_000

export interface ClockSkew {
  /** Device clock minus ours, ms; small differences count as none. */
  readonly offsetMs: number
  readonly sure: boolean
}

interface Estimate {
  offsetMs: number
  /** How many reports in a row have said that the clock is further behind than believed. */
  behind: number
  samples: number
}

/**
 * Measures the clocks of devices from their reports. Being delayed can only make a clock look slower than it is,
 * so the fastest recent sample is believed until several in a row disagree.
 */
export function createClockSkews() {
  const estimates = new Map<string, Estimate>()

  return {
    sample(deviceId: string, deviceTime: number, now: number) {
      const offset = deviceTime - now
      const estimate = estimates.get(deviceId)
      if (!estimate) {
        estimates.set(deviceId, { offsetMs: offset, behind: 0, samples: 1 })
        return
      }
      estimate.samples += 1
      estimate.behind = offset < estimate.offsetMs - toleranceMs ? estimate.behind + 1 : 0
      if (offset < estimate.offsetMs && estimate.behind < confirmations) return
      estimate.offsetMs = offset
      estimate.behind = 0
    },
    of(deviceId: string): ClockSkew {
      const estimate = estimates.get(deviceId)
      if (!estimate) return { offsetMs: 0, sure: false }
      const offsetMs = Math.abs(estimate.offsetMs) <= toleranceMs ? 0 : estimate.offsetMs
      return { offsetMs, sure: estimate.samples >= confirmations }
    },
    forget: (deviceId: string) => estimates.delete(deviceId),
  }
}

export type ClockSkews = ReturnType<typeof createClockSkews>
