/** Largest body of an ordinary request. */
export const bodyBytes = 1024 * 1024
/** Largest list of permits or people: 50,000 entries. */
export const longListBytes = 16 * 1024 * 1024
