/** No car stays longer, ms: a stay that is older ended unseen. */
export const longestStayMs = 30 * 86_400_000

/** Whether a stay is older than any is; it is closed then, and its car is not counted any more. Times in UTC ms. */
export const isGhost = (enteredAt: number, now: number): boolean => now - enteredAt > longestStayMs
