import type { Random } from './seeded-random.ts'

/** Outdoor electronics: a slow random walk of the temperature, one decimal. */
export function drift(celsius: number, random: Random): number {
  const next = Math.min(55, Math.max(8, celsius + random.between(-0.4, 0.4)))
  return Math.round(next * 10) / 10
}
