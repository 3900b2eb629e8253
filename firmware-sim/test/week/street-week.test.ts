import { expect, test } from 'vitest'
import { playStreet } from './street.ts'

test(
  'in two days at three lots no car is charged wrongly, and the count of cars is the truth',
  { timeout: 300_000 },
  async () => {
    const { differences, totals } = await playStreet({
      lots: 3,
      days: 2,
      residents: 150,
      strangers: 90,
      seed: 'short',
    })
    expect(differences.slice(0, 3)).toEqual([])
    expect(totals['passages']).toBeGreaterThan(2000)
  },
)
