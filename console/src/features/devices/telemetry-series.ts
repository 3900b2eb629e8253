import type { TelemetryPoint, TelemetrySeries } from '@gatehouse/platform/contract'

export interface ChartRows {
  /** [time, value]; `null` breaks the line where nothing was measured. */
  readonly mean: readonly (readonly [number, number | null])[]
  readonly min: readonly (readonly [number, number | null])[]
  /** Height of the band above `min`. */
  readonly spread: readonly (readonly [number, number | null])[]
}

/** A silence longer than this many intervals is a gap, not a straight line. */
const gapIntervals = 2.5

/** The rows of a band from lowest to highest with the mean as a line. */
export function chartRows({ points, intervalMs }: Pick<TelemetrySeries, 'points' | 'intervalMs'>): ChartRows {
  const mean: [number, number | null][] = []
  const min: [number, number | null][] = []
  const spread: [number, number | null][] = []
  let previous: number | undefined
  for (const point of points) {
    if (previous !== undefined && point.at - previous > gapIntervals * intervalMs) {
      for (const row of [mean, min, spread]) row.push([previous + intervalMs, null])
    }
    mean.push([point.at, point.mean])
    min.push([point.at, point.min])
    spread.push([point.at, point.max - point.min])
    previous = point.at
  }
  return { mean, min, spread }
}

/** Lowest, mean and highest of a period; `undefined` without points. */
export function extremesOf(points: readonly TelemetryPoint[]) {
  const count = points.reduce((sum, point) => sum + point.count, 0)
  if (count === 0) return undefined
  return {
    min: Math.min(...points.map(({ min }) => min)),
    mean: points.reduce((sum, point) => sum + point.mean * point.count, 0) / count,
    max: Math.max(...points.map(({ max }) => max)),
  }
}
