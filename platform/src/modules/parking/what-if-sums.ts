import type { WhatIf, WhatIfSession } from '../../contract/index.ts'

/** Steps of the histogram, fen: a yuan around nothing, then wider. */
const steps = [-10_000, -5000, -2000, -1000, -500, -100, 0, 1, 100, 500, 1000, 2000, 5000, 10_000] as const
const lowest = -100_000_000
const highest = 100_000_000
const bounds: readonly number[] = [lowest, ...steps, highest]
const shownExamples = 50

type Sums = Omit<WhatIf, 'from' | 'to'>

const difference = ({ draftFen, chargedFen }: WhatIfSession) => draftFen - chargedFen
const byDifference = (a: WhatIfSession, b: WhatIfSession) => Math.abs(difference(b)) - Math.abs(difference(a))

/** Adds up what a draft changes, one stay after the other. */
export function createWhatIfSums(dayOf: (at: number) => string) {
  const counts = bounds.slice(1).map(() => 0)
  const days = new Map<string, { chargedFen: number; draftFen: number }>()
  const total = { sessions: 0, chargedFen: 0, draftFen: 0, dearer: 0, cheaper: 0, unchanged: 0 }
  let examples: WhatIfSession[] = []

  function keepExample(session: WhatIfSession) {
    if (difference(session) === 0) return
    examples.push(session)
    // Sorted now and then: a month has many stays, and few of them are shown.
    if (examples.length > shownExamples * 20) examples = examples.sort(byDifference).slice(0, shownExamples)
  }

  return {
    add(session: WhatIfSession): void {
      const { chargedFen, draftFen } = session
      const change = difference(session)
      const step = bounds.findLastIndex((bound) => bound <= Math.min(Math.max(change, lowest), highest - 1))
      counts[step] = (counts[step] ?? 0) + 1
      const day = dayOf(session.leftAt)
      const sum = days.get(day) ?? { chargedFen: 0, draftFen: 0 }
      days.set(day, { chargedFen: sum.chargedFen + chargedFen, draftFen: sum.draftFen + draftFen })
      total.sessions += 1
      total.chargedFen += chargedFen
      total.draftFen += draftFen
      total[change > 0 ? 'dearer' : change < 0 ? 'cheaper' : 'unchanged'] += 1
      keepExample(session)
    },

    result: (): Sums => ({
      ...total,
      changes: counts.flatMap((count, index) =>
        count === 0 ? [] : [{ fromFen: bounds[index] ?? lowest, toFen: bounds[index + 1] ?? highest, count }],
      ),
      days: [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, sum]) => ({ day, ...sum })),
      examples: examples.sort(byDifference).slice(0, shownExamples),
    }),
  }
}
