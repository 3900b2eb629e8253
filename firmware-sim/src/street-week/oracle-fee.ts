const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/** What a stay costs, in the words of an agreement: read by the oracle alone. Amounts in fen. */
export interface AgreedTariff {
  readonly freeMinutes: number
  readonly graceMinutes: number
  readonly utcOffsetMinutes: number
  readonly cap: { readonly kind: 'rolling-24h' | 'calendar-day'; readonly fen: number } | null
  readonly periods: readonly AgreedPeriod[]
}

export interface AgreedPeriod {
  readonly fromMinute: number
  readonly toMinute: number
  readonly tiers: readonly {
    readonly upToMinute: number | null
    readonly unitMinutes: number
    readonly fenPerUnit: number
  }[]
}

export interface OracleCredit {
  readonly fen: number
  /** UTC ms: when it was paid, and up to when the amount was right. */
  readonly at: number
  /** Through the provider of the pay page, which can give back what was too much; else by hand. */
  readonly byPhone: boolean
}

interface Unit {
  readonly at: number
  readonly fen: number
}

const localMinute = (at: number, { utcOffsetMinutes }: AgreedTariff) =>
  ((Math.floor(at / minuteMs) + utcOffsetMinutes) % 1440) + (at % minuteMs) / minuteMs

const covers = ({ fromMinute, toMinute }: AgreedPeriod, minute: number) =>
  fromMinute < toMinute ? fromMinute <= minute && minute < toMinute : minute >= fromMinute || minute < toMinute

/** When the period ends that counts at `at`; a single one has no end. */
function endOfPeriod(tariff: AgreedTariff, at: number, period: AgreedPeriod): number {
  if (tariff.periods.length === 1) return Infinity
  const left = (period.toMinute - localMinute(at, tariff) + 1440) % 1440
  return at + Math.round(left * minuteMs)
}

/** Every started unit between two moments, as somebody would count them on a sheet of paper. */
function unitsOf(tariff: AgreedTariff, from: number, to: number): Unit[] {
  const units: Unit[] = []
  for (let cut = from; cut < to;) {
    const minute = localMinute(cut, tariff)
    const period = tariff.periods.find((one) => covers(one, minute))
    if (!period) throw new Error('the agreement says nothing of this time of day')
    const end = Math.min(to, endOfPeriod(tariff, cut, period))
    for (let at = cut; at < end;) {
      const elapsed = (at - cut) / minuteMs
      const tier = period.tiers.find(({ upToMinute }) => upToMinute === null || elapsed < upToMinute)
      if (!tier) throw new Error('the agreement ends before the stay does')
      units.push({ at, fen: tier.fenPerUnit })
      at += tier.unitMinutes * minuteMs
    }
    cut = end
  }
  return units
}

const sumOf = (units: readonly Unit[]) => units.reduce((total, { fen }) => total + fen, 0)

/** The price of a stay in fen; at most the cap for each 24 hours from its beginning, or for each local day. */
export function agreedFee(tariff: AgreedTariff, from: number, to: number): number {
  if (to - from <= tariff.freeMinutes * minuteMs) return 0
  const { cap } = tariff
  if (cap === null) return sumOf(unitsOf(tariff, from, to))
  if (cap.kind === 'rolling-24h') {
    let total = 0
    for (let start = from; start < to; start += dayMs)
      total += Math.min(cap.fen, sumOf(unitsOf(tariff, start, Math.min(to, start + dayMs))))
    return total
  }
  const byDay = new Map<number, number>()
  for (const { at, fen } of unitsOf(tariff, from, to)) {
    const day = Math.floor((at + tariff.utcOffsetMinutes * minuteMs) / dayMs)
    byDay.set(day, (byDay.get(day) ?? 0) + fen)
  }
  return Array.from(byDay.values()).reduce((total, fen) => total + Math.min(cap.fen, fen), 0)
}

export interface AgreedStay {
  /** UTC ms: from when on it is charged, and until when. */
  readonly from: number
  readonly to: number
  readonly credits: readonly OracleCredit[]
}

/**
 * What a stay costs at its end, and what is still owed of it: who has paid all has the grace to leave. The clock of the
 * lane says when it ended; what the centre, whose clock is ahead, was paid after that makes it no longer.
 */
export function agreedDue(tariff: AgreedTariff, { from, to, credits }: AgreedStay) {
  let paid = 0
  let until = to
  for (const { fen, at } of [...credits].sort((a, b) => a.at - b.at)) {
    paid += fen
    const isSettled = fen > 0 && at <= to && paid >= agreedFee(tariff, from, at)
    if (isSettled && to <= at + tariff.graceMinutes * minuteMs) until = at
  }
  const feeFen = agreedFee(tariff, from, until)
  return { feeFen, paidFen: paid, owedFen: Math.max(0, feeFen - paid) }
}
