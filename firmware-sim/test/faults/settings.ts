import { inject } from 'vitest'
import type { SeriesOptions } from './series.ts'

/** How thoroughly a project plays the faults; see vitest.config.ts. */
export interface FaultPlan {
  readonly rounds: number
  /** Records that gather while the centre is away for a week. */
  readonly weekRecords: number
}

declare module 'vitest' {
  interface ProvidedContext {
    faults: FaultPlan
  }
}

const numberIn = (name: string) => {
  const value = process.env[name]
  return value === undefined ? undefined : Number(value)
}

/** The plan of the project; the environment can ask for one round again. */
export function seriesOptions(): SeriesOptions {
  return {
    rounds: numberIn('FAULT_ROUNDS') ?? inject('faults').rounds,
    seed: process.env['FAULT_SEED'] ?? 'gatehouse',
    onlyRound: numberIn('FAULT_ROUND'),
  }
}
