import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './firmware-sim/test/faults/longest-first.ts'
import { FaultTableReporter } from './firmware-sim/test/faults/table-reporter.ts'

/** The servers as they are run. */
const globalSetup = ['.ci/bundle.mjs']

/** Whole systems: what they wait for has limits of its own, these are for what hangs. */
const serial = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 60_000, globalSetup }

/** Most of it is waiting, for the disk, for limits and for processes to start: three at once use two cores. */
const maxWorkers = 3
const faults = { include: ['firmware-sim/test/faults/*.faults.ts'], maxWorkers, globalSetup }

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new FaultTableReporter('faults')],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{gateway,platform,firmware-sim}/src/**/*.test.ts'],
          // What they test is pure: a process for each file costs three times what the tests do.
          isolate: false,
          // Ten thousand runs of a law take their time where lint runs beside them.
          testTimeout: 30_000,
          // Enough to find what was wrong with every rule that was tried before the present ones.
          provide: { occupancy: { tests: 1, numRuns: 150 } },
        },
      },
      { plugins: [vue()], test: { name: 'console', include: ['console/src/**/*.test.ts'], environment: 'happy-dom' } },
      {
        test: {
          name: 'integration',
          include: ['{gateway,platform,firmware-sim}/test/*.test.ts', 'firmware-sim/test/{faults,week}/*.test.ts'],
          exclude: ['**/*.{system,browser}.test.ts'],
          ...{ maxWorkers, globalSetup },
          testTimeout: 60_000,
        },
      },
      { test: { name: 'system', include: ['firmware-sim/test/**/*.system.test.ts'], ...serial } },
      {
        test: {
          name: 'faults',
          ...faults,
          provide: { faults: { rounds: 20, weekRecords: 500_000 } },
        },
      },
      {
        test: {
          name: 'faults-short',
          ...faults,
          sequence: { groupOrder: 1 },
          provide: { faults: { rounds: 2, weekRecords: 5_000 } },
        },
      },
      {
        test: {
          ...{ name: 'week', ...serial },
          include: ['firmware-sim/test/week/*.week.ts', 'gateway/src/areas/parking/occupancy.test.ts'],
          provide: {
            week: { lots: 11, days: 7, residents: 360, strangers: 230, seed: 'reference street' },
            occupancy: { tests: 20, numRuns: 500 },
          },
        },
      },
      { test: { name: 'browser', include: ['firmware-sim/test/**/*.browser.test.ts'], ...serial } },
    ],
  },
})
