/** One line of `npm run bench`. `ratio` is value / reference, both measured in the same run. */
export interface Row {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly reference: number
  readonly ratio: number
  /** What stands behind the row: rates, counts, percentiles. */
  readonly detail: Readonly<Record<string, unknown>>
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

const rounded = (_key: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value)

export const print = (row: Row) => process.stdout.write(`${JSON.stringify(row, rounded)}\n`)
