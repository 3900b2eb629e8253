/** How finely telemetry is kept, and in files of which length. */
export interface Tier {
  readonly name: 'raw' | 'minute' | 'hour'
  readonly stepMs: number
  /** Name of the file that holds the moment `at`; sorts by time. */
  periodOf(at: number): string
  /** First moment of a period and of the one after it. */
  spanOf(period: string): { readonly from: number; readonly to: number }
}

const calendar = (name: Tier['name'], stepMs: number, digits: 4 | 7 | 10): Tier => ({
  name,
  stepMs,
  periodOf: (at) => new Date(at).toISOString().slice(0, digits),
  spanOf(period) {
    const [year = 0, month = 1, day = 1] = period.split('-').map(Number)
    const next = {
      4: () => Date.UTC(year + 1, 0),
      7: () => Date.UTC(year, month),
      10: () => Date.UTC(year, month - 1, day + 1),
    }
    return { from: Date.UTC(year, month - 1, day), to: next[digits]() }
  },
})

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

/** Finest first. Deleting a whole file is the only cheap way to forget. */
export const tiers = [
  calendar('raw', 1, 10),
  calendar('minute', minuteMs, 7),
  calendar('hour', hourMs, 4),
] as const satisfies Tier[]

export const floorTo = (at: number, stepMs: number) => Math.floor(at / stepMs) * stepMs
export const ceilTo = (at: number, stepMs: number) => Math.ceil(at / stepMs) * stepMs
