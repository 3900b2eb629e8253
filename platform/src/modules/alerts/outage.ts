/** Around a lost connection devices fall silent because of it; the margin covers clocks that differ a little. */
const marginMs = 5000
/** Devices need this long to find back to a gateway that was started anew. */
export const settleMs = 60_000
/** A gateway that was only started anew is back within this time. */
export const graceMs = 30_000

export interface GatewayPresence {
  readonly online: number
  readonly online_changed_at: number | null
  readonly outage_from: number | null
}

/** Whether a device that went away at `at` did so in an outage of its gateway: then the gateway is the news. */
export function isPartOfOutage(gateway: GatewayPresence, at: number): boolean {
  if (gateway.outage_from === null || at < gateway.outage_from - marginMs) return false
  if (gateway.online === 0) return true
  return at <= (gateway.online_changed_at ?? 0) + marginMs
}
