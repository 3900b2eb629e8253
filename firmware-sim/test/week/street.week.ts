import { expect, inject, test } from 'vitest'
import { playStreet } from './street.ts'

const { seed, ...street } = inject('week')

test(
  'in a week of the reference street no car is charged wrongly, and the count of cars is the truth',
  { timeout: 3_600_000 },
  async () => {
    const { differences, totals } = await playStreet({ ...street, seed: process.env['WEEK_SEED'] ?? seed })
    process.stdout.write(`${JSON.stringify(totals)}\n`)
    expect(differences).toEqual([])
    expect(totals['passages']).toBeGreaterThanOrEqual(100_000)
  },
)
