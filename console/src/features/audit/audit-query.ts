import type { AuditFilter, AuditLogEntry } from '@gatehouse/platform/contract'

/** Filters as they stand in the address. */
export interface AuditQuery {
  readonly from: string
  readonly to: string
  readonly actor: string
  readonly action: string
  readonly compound: string
  readonly outcome: string
  readonly text: string
}

export const noFilter: { readonly [K in keyof AuditQuery]: string } = {
  ...{ from: '', to: '', actor: '', action: '', compound: '', outcome: '', text: '' },
}

const dayPattern = /^\d{4}-\d{2}-\d{2}$/
const longestDays = 366

/** First moment of a day on the clock of whoever looks. */
const startOf = (day: string) => {
  const at = dayPattern.test(day) ? new Date(`${day}T00:00:00`).getTime() : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** Last moment of a day; days with a change of the clock are longer or shorter. */
function endOf(day: string) {
  const start = startOf(day)
  if (start === undefined) return undefined
  const next = new Date(start)
  next.setDate(next.getDate() + 1)
  return next.getTime() - 1
}

const given = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

/** What the platform is asked for. */
export function filterOf({ from, to, compound, outcome, ...same }: AuditQuery): AuditFilter {
  return given({
    ...same,
    from: startOf(from),
    to: endOf(to),
    compoundId: compound,
    outcome: outcome as AuditLogEntry['outcome'] | '',
  }) as AuditFilter
}

/** The time of an export, or nothing when it is not one that the platform makes. */
export function exportRange({ from, to }: Pick<AuditQuery, 'from' | 'to'>) {
  const [start, end] = [startOf(from), endOf(to)]
  if (start === undefined || end === undefined || end < start) return undefined
  return end - start < longestDays * 86_400_000 ? { from: start, to: end } : undefined
}

export const toneOf = ({ outcome }: Pick<AuditLogEntry, 'outcome'>) =>
  outcome === 'done' ? 'good' : outcome === 'asked' ? 'quiet' : 'bad'
