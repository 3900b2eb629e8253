import { expect, test } from 'vitest'
import type { Fault, FaultRow } from './fault.ts'
import { playSeries } from './series.ts'
import { seriesOptions } from './settings.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** Taken up by the reporter that writes the table. */
    fault?: FaultRow
  }
}

const secondsPerRound = 60

/** One test for each fault, in one house for all its rounds. */
export function playAll(faults: readonly Fault[]) {
  const options = seriesOptions()
  test.for(faults)(
    '$id: $what',
    { timeout: 60_000 + options.rounds * secondsPerRound * 1000 },
    async (fault, { task }) => {
      const row = await playSeries(fault, options)
      expect(row).toMatchObject({ lost: 0, doubled: 0, outOfOrder: 0, foreign: 0, stored: row.sent })
      task.meta.fault = row
    },
  )
}
