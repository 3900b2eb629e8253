/** One message of a device, in the order in which the device made it. */
export interface Entry {
  /** Counts events, or reports, of the device. */
  readonly seq: number
  /** The device's clock. */
  readonly at: number
  readonly value?: number
}

/** What one device made, and what it was told is durable. */
export interface DeviceBook {
  readonly deviceId: string
  readonly events: readonly Entry[]
  readonly reports: readonly Entry[]
  readonly acknowledgedEvents: ReadonlySet<number>
  readonly acknowledgedReports: ReadonlySet<number>
}

/** What the centre has of one device. */
export interface Stored {
  /** Sequence numbers of events in the order that the centre gives them. */
  readonly events: readonly number[]
  readonly reports: readonly { readonly at: number; readonly value: number }[]
}

export interface Balance {
  readonly sent: number
  readonly acknowledged: number
  readonly stored: number
  /** Acknowledged, and not at the centre. */
  readonly lost: number
  /** At the centre more than once. */
  readonly doubled: number
  /** Events that stand behind a later one of the same device. */
  readonly outOfOrder: number
  /** At the centre although no device has ever sent it, or with another content. */
  readonly foreign: number
  /** At the centre, and never acknowledged: allowed, for a device sends it again. */
  readonly unacknowledged: number
}

const nothing: Balance = {
  sent: 0,
  acknowledged: 0,
  stored: 0,
  lost: 0,
  doubled: 0,
  outOfOrder: 0,
  foreign: 0,
  unacknowledged: 0,
}

const countOf = <T>(items: Iterable<T>, holds: (item: T) => boolean) => {
  let count = 0
  for (const item of items) if (holds(item)) count += 1
  return count
}

function behindALaterOne(seqs: readonly number[]): number {
  let highest = Number.NEGATIVE_INFINITY
  return countOf(seqs, (seq) => {
    const isBehind = seq < highest
    highest = Math.max(highest, seq)
    return isBehind
  })
}

function balanceEvents({ events, acknowledgedEvents }: DeviceBook, stored: Stored): Balance {
  const sent = new Set(events.map(({ seq }) => seq))
  const there = new Set(stored.events)
  return {
    sent: events.length,
    acknowledged: acknowledgedEvents.size,
    stored: stored.events.length,
    lost: countOf(acknowledgedEvents, (seq) => !there.has(seq)),
    doubled: stored.events.length - there.size,
    outOfOrder: behindALaterOne(stored.events),
    foreign: countOf(there, (seq) => !sent.has(seq)),
    unacknowledged: countOf(there, (seq) => sent.has(seq) && !acknowledgedEvents.has(seq)),
  }
}

/** Telemetry is a set of points: a device has one value at a time, and a repetition changes nothing. */
function balanceReports({ reports, acknowledgedReports }: DeviceBook, stored: Stored): Balance {
  const sent = new Map(reports.map((report) => [report.at, report]))
  const there = new Set(stored.reports.map(({ at }) => at))
  return {
    ...nothing,
    sent: reports.length,
    acknowledged: acknowledgedReports.size,
    stored: stored.reports.length,
    lost: countOf(reports, ({ seq, at }) => acknowledgedReports.has(seq) && !there.has(at)),
    doubled: stored.reports.length - there.size,
    foreign: countOf(stored.reports, ({ at, value }) => sent.get(at)?.value !== value),
    unacknowledged: countOf(there, (at) => {
      const report = sent.get(at)
      return report !== undefined && !acknowledgedReports.has(report.seq)
    }),
  }
}

function add(total: Balance, balance: Balance): Balance {
  const names = Object.keys(nothing) as (keyof Balance)[]
  return names.reduce((sum, name) => ({ ...sum, [name]: total[name] + balance[name] }), total)
}

/** Holds what devices were promised against what the centre has. */
export function balance(books: readonly DeviceBook[], storedOf: (deviceId: string) => Stored): Balance {
  return books
    .flatMap((book) => {
      const stored = storedOf(book.deviceId)
      return [balanceEvents(book, stored), balanceReports(book, stored)]
    })
    .reduce(add, nothing)
}
