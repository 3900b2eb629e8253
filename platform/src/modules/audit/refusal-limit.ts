/** Entries of refusals that one address, and all of them together, may cause in a minute. */
const perAddress = 20
const overall = 200
const mostAddresses = 5000

export interface Suppressed {
  /** Missing when too many addresses came to keep them apart. */
  readonly address: string | undefined
  readonly entries: number
}

/** Whoever is refused again and again must not fill the disk with the record of it: the rest is only counted. */
export function createRefusalLimit() {
  let written = 0
  let elsewhere = 0
  const counts = new Map<string, { seen: number; suppressed: number }>()

  function suppress(of: { suppressed: number } | undefined): false {
    if (of) of.suppressed += 1
    else elsewhere += 1
    return false
  }

  function countOf(address: string) {
    const known = counts.get(address)
    if (known || counts.size >= mostAddresses) return known
    const fresh = { seen: 0, suppressed: 0 }
    counts.set(address, fresh)
    return fresh
  }

  return {
    /** Whether a refusal at this address gets an entry of its own. */
    admits(address: string): boolean {
      const count = countOf(address)
      if (!count || count.seen >= perAddress || written >= overall) return suppress(count)
      count.seen += 1
      written += 1
      return true
    },

    /** What was left out since the last time; to be called every minute. */
    turn(): Suppressed[] {
      const told: Suppressed[] = [...counts].map(([address, { suppressed }]) => ({ address, entries: suppressed }))
      told.push({ address: undefined, entries: elsewhere })
      written = elsewhere = 0
      counts.clear()
      return told.filter(({ entries }) => entries > 0)
    },
  }
}
