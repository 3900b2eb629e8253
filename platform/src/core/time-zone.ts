/** A day of the calendar, in whatever time zone. */
export interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
}

export const dayMs = 86_400_000

/** What clocks on the wall of one IANA time zone show. */
export function createTimeZone(timeZone: string) {
  const wall = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  })

  /** By how much the wall is ahead of UTC, ms. */
  function offsetAt(at: number): number {
    const parts = new Map(wall.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
    const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
    return shown - Math.floor(at / 1000) * 1000
  }

  /** The moment (UTC ms) at which the wall shows what UTC shows at `shown`; a time that is left out means the one after. */
  function momentOf(shown: number): number {
    const first = shown - offsetAt(shown)
    return shown - offsetAt(first)
  }

  const startOfDay = ({ year, month, day }: Day) => momentOf(Date.UTC(year, month - 1, day))

  return {
    offsetAt,
    momentOf,
    startOfDay,
    /** `2026-06-01` of a moment. */
    dayOf: (at: number) => new Date(at + offsetAt(at)).toISOString().slice(0, 10),
    /** First moment of the month `2026-06`, and of the one after it. */
    month(month: string) {
      const [year = 0, number = 1] = month.split('-').map(Number)
      return {
        from: startOfDay({ year, month: number, day: 1 }),
        to: startOfDay({ year, month: number + 1, day: 1 }),
      }
    },
  }
}

export type TimeZone = ReturnType<typeof createTimeZone>
