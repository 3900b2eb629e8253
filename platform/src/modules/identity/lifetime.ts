/**
 * A session that nobody uses ends after one shift of twelve hours. A console with a live connection is in use, also when
 * nobody touches it: guards watch all day, and an alarm must not meet a sign-in page.
 */
export const idleMs = 12 * 3600_000
/** However much it is used: once a week everybody proves again who they are. */
export const longestMs = 7 * 86_400_000
/** The use of a session is noted this often at most, so that reading costs no write. */
export const noteUseEveryMs = 5 * 60_000
/** A browser in which somebody has signed in is known for half a year after the last time. */
export const knownDeviceMs = 180 * 86_400_000

/** When a session ends if it is not used again. */
export const expiryOf = ({ lastUsedAt, endsAt }: { readonly lastUsedAt: number; readonly endsAt: number }) =>
  Math.min(lastUsedAt + idleMs, endsAt)

/** What a session must be to count now. */
export const runningAt = (now: number) => ({ now, usedSince: now - idleMs })
