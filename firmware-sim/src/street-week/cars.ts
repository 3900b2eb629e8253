import type { PlateColour } from '@gatehouse/gateway/protocol'
import type { Random } from '../core/seeded-random.ts'
import { createPlateOffice } from './plates.ts'

export type PermitKind = 'own-space' | 'monthly' | 'group' | 'visitor' | 'whitelist' | 'blacklist'

/** What a car may do, as its owner has it in writing. Times are UTC ms. */
export interface CarPermit {
  readonly plate: string
  readonly kind: PermitKind
  readonly validFrom?: number
  readonly validUntil?: number
  readonly groupId?: string
  readonly spaces?: number
}

export type Habit = 'resident' | 'visitor' | 'rare'

export interface Car {
  /** What is really screwed on; empty for a car without plates. */
  readonly plate: string
  readonly colour: PlateColour
  readonly habit: Habit
  readonly permit?: CarPermit
  /** A text that means this car and its twin alike. */
  readonly ambiguous?: string
}

export interface Town {
  readonly residents: number
  readonly strangers: number
  /** UTC ms: the week's first and last moment. */
  readonly from: number
  readonly to: number
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Everybody who drives to one compound in a week. */
export function makeCars(town: Town, random: Random): Car[] {
  const office = createPlateOffice(random.fork('plates'))
  const plated = () => (random.chance(0.35) ? green() : blue())
  const blue = () => ({ plate: office.blue(), colour: 'blue' as const })
  const green = () => ({ plate: office.green(), colour: 'green' as const })
  const { from, to } = town
  const withPermit = (kind: PermitKind, habit: Habit, more: Partial<CarPermit> = {}): Car => {
    const { plate, colour } = plated()
    return { plate, colour, habit, permit: { plate, kind, ...more } }
  }
  const midweek = () => from + Math.round(random.between(dayMs, to - from))

  const residents = Array.from({ length: town.residents }, (_, index): Car => {
    const part = index / town.residents
    if (part < 0.15) return withPermit('own-space', 'resident')
    if (part < 0.4) {
      const group = Math.floor(index / 3)
      return withPermit('group', 'resident', { groupId: `home-${group}`, spaces: 2 })
    }
    if (part < 0.43) return withPermit('monthly', 'resident', { validUntil: from - 3 * dayMs })
    if (part < 0.5) return withPermit('monthly', 'resident', { validUntil: midweek() })
    return withPermit('monthly', 'resident')
  })
  const twins = Array.from({ length: 4 }, (): Car[] => {
    const { one, other, text } = office.twins()
    const twin = (plate: string): Car => {
      return { plate, colour: 'blue', habit: 'resident', ambiguous: text, permit: { plate, kind: 'monthly' } }
    }
    return [twin(one), twin(other)]
  }).flat()
  const { one: suspect, other: banned, text: looksBanned } = office.twins()
  const strangers = Array.from({ length: town.strangers }, (_, index): Car => {
    if (index % 6 !== 0) return { ...plated(), habit: 'visitor' }
    const at = midweek()
    return withPermit('visitor', 'visitor', { validFrom: at - dayMs, validUntil: at + 6 * hourMs })
  })
  return [
    ...residents,
    ...twins,
    ...strangers,
    { plate: suspect, colour: 'blue', habit: 'visitor', ambiguous: looksBanned },
    { plate: banned, colour: 'blue', habit: 'rare', permit: { plate: banned, kind: 'blacklist' } },
    withPermit('whitelist', 'resident'),
    { plate: office.police(), colour: 'white', habit: 'rare' },
    { plate: office.emergency(), colour: 'white', habit: 'rare' },
    ...Array.from({ length: 4 }, (): Car => ({ plate: '', colour: 'unknown', habit: 'rare' })),
  ]
}
