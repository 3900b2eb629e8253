const monthOf = (year: number, month: number) => new Date(Date.UTC(year, month)).toISOString().slice(0, 7)

/** The month that a moment lies in, `2026-05`, on the clock of whoever looks. */
export function thisMonth(now: number): string {
  const date = new Date(now)
  return monthOf(date.getFullYear(), date.getMonth())
}

/** The month before: the newest that is complete. */
export function lastMonth(now: number): string {
  const date = new Date(now)
  return monthOf(date.getFullYear(), date.getMonth() - 1)
}
