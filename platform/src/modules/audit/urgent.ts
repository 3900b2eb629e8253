/** Commands that open a way; `release` ends it and is none of them. */
const opening: ReadonlySet<unknown> = new Set(['open', 'holdOpen', 'unlock'])
/** Whatever they are called with; who claims a lane may stand at its exit. */
const always: ReadonlySet<string> = new Set(['signIn', 'signOut', 'claimLane'])
const warning: ReadonlySet<unknown> = new Set(['emergency', 'fire-police'])

const fieldOf = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined

/**
 * When in doubt people get out: what opens a way, what warns people and the way in to both of them goes ahead also
 * when the audit log cannot be written. Everything else waits until it can.
 */
export function isUrgent(action: string, body: unknown): boolean {
  if (always.has(action)) return true
  if (action === 'sendCommand') return opening.has(fieldOf(body, 'name'))
  return action === 'startBroadcast' && warning.has(fieldOf(body, 'priority'))
}
