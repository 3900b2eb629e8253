import { Type, type Static } from 'typebox'
import { colourFits, classifyPlate, normalisePlate, type PlateColour } from '../plates.ts'

/** What a tariff tells apart; by plate, since that is all that a lane sees. */
export const VehicleClass = Type.Enum(['small', 'large', 'new-energy', 'other'])
export type VehicleClass = Static<typeof VehicleClass>

const Fen = Type.Integer({ minimum: 0, maximum: 100_000_000, description: 'fen' })
const Minutes = (minimum: number) => Type.Integer({ minimum, maximum: 525_600, description: 'minutes' })
const minutesOfDay = 1440

/** Each started unit costs `fenPerUnit`, from the end of the tier before it up to `upToMinute`; `null` has no end. */
export const TariffTier = Type.Object({
  upToMinute: Type.Union([Minutes(1), Type.Null()]),
  unitMinutes: Minutes(1),
  fenPerUnit: Fen,
})
export type TariffTier = Static<typeof TariffTier>

/** A part of the local day with tiers of its own. `toMinute` may lie before `fromMinute`: over midnight. */
export const TariffPeriod = Type.Object({
  fromMinute: Type.Integer({ minimum: 0, maximum: minutesOfDay - 1 }),
  toMinute: Type.Integer({ minimum: 1, maximum: minutesOfDay }),
  tiers: Type.Array(TariffTier, { minItems: 1, maxItems: 20 }),
})
export type TariffPeriod = Static<typeof TariffPeriod>

const TariffCap = Type.Object({
  kind: Type.Enum(['rolling-24h', 'calendar-day']),
  fen: Type.Integer({ minimum: 1, maximum: 100_000_000, description: 'fen' }),
})

/**
 * What a stay costs. One period of 0 to 1440: tiers count from the entry. Several: a stay is cut where they meet, and
 * in each cut the tiers count from its beginning. With a cap per rolling 24 h, each 24 h from the entry are counted
 * anew and cost the cap at most; with a cap per calendar day, what begins on one local day costs it at most.
 */
export const Tariff = Type.Object({
  tariffId: Type.String({ minLength: 1, maxLength: 64 }),
  version: Type.Integer({ minimum: 1 }),
  name: Type.String({ minLength: 1, maxLength: 60 }),
  /** UTC ms: for cars that come in from then on. */
  validFrom: Type.Integer({ minimum: 0, maximum: 4_102_444_800_000 }),
  /** Of the local day. China has one time zone and no summer time. */
  utcOffsetMinutes: Type.Integer({ minimum: -720, maximum: 840, default: 480 }),
  /** A stay up to this long is free; a longer one pays from its beginning. Once per stay. */
  freeMinutes: Minutes(0),
  /** Time to leave after paying. */
  graceMinutes: Minutes(0),
  /** `null`: none. Never 0, which a form without a cap would make of it: every stay would be free. */
  cap: Type.Union([Type.Null(), TariffCap]),
  /** The first table that names the class counts; `other` also for classes that none names. */
  classes: Type.Array(
    Type.Object({
      vehicleClasses: Type.Array(VehicleClass, { minItems: 1, maxItems: 4 }),
      periods: Type.Array(TariffPeriod, { minItems: 1, maxItems: 12 }),
    }),
    { minItems: 1, maxItems: 8 },
  ),
})
export type Tariff = Static<typeof Tariff>

/** Which class a plate belongs to: green is new energy, yellow is large; blue and whatever else is plated is small. */
export function vehicleClassOf(plate: string, colour: PlateColour): VehicleClass {
  const normal = normalisePlate(plate)
  const name = classifyPlate(normal)
  if (name === 'new-energy-small' || name === 'new-energy-large') return 'new-energy'
  if (name === 'unplated' || name === 'stand-in' || name === 'invalid') return 'other'
  return colour === 'yellow' && colourFits(normal, colour) ? 'large' : 'small'
}

/** The version that a car is charged by: the newest that was valid when it came in. */
export function tariffFor(tariffs: readonly Tariff[], enteredAt: number): Tariff | undefined {
  return tariffs
    .filter(({ validFrom }) => validFrom <= enteredAt)
    .reduce<Tariff | undefined>((best, next) => (best && isNewer(best, next) ? best : next), undefined)
}

const isNewer = (a: Tariff, b: Tariff) =>
  a.validFrom > b.validFrom || (a.validFrom === b.validFrom && a.version > b.version)

/** The periods of a class; a tariff without a table for it uses that of `other`, else its first. */
export function periodsFor({ classes }: Pick<Tariff, 'classes'>, vehicleClass: VehicleClass): readonly TariffPeriod[] {
  const named = (name: VehicleClass) => classes.find(({ vehicleClasses }) => vehicleClasses.includes(name))
  return (named(vehicleClass) ?? named('other') ?? classes[0])?.periods ?? []
}

/** What is wrong with a tariff, beyond its schema. */
export interface TariffProblem {
  readonly code: 'day-not-covered' | 'periods-overlap' | 'tiers-not-ascending' | 'last-tier-not-open' | 'class-repeated'
  /** Which table and period, from 0. */
  readonly table: number
  readonly period?: number
}

/**
 * Everything that is wrong; an empty list: it can be charged by. That a longer stay is cheaper needs no check: prices
 * are never negative and every unit counts from its start, so no tariff can make it so.
 */
export function checkTariff({ classes }: Pick<Tariff, 'classes'>): TariffProblem[] {
  const seen = new Set<VehicleClass>()
  return classes.flatMap(({ vehicleClasses, periods }, table): TariffProblem[] => {
    const repeated = vehicleClasses.some((name) => seen.has(name))
    for (const name of vehicleClasses) seen.add(name)
    return [
      ...(repeated ? [{ code: 'class-repeated', table } as const] : []),
      ...checkDay(periods).map((code) => ({ code, table })),
      ...periods.flatMap(({ tiers }, period) => checkTiers(tiers).map((code) => ({ code, table, period }))),
    ]
  })
}

function checkDay(periods: readonly TariffPeriod[]): TariffProblem['code'][] {
  const minutes = periods.flatMap(({ fromMinute, toMinute }) => {
    const length = toMinute > fromMinute ? toMinute - fromMinute : toMinute + minutesOfDay - fromMinute
    return Array.from({ length }, (_, minute) => (fromMinute + minute) % minutesOfDay)
  })
  const covered = new Set(minutes).size
  return [
    ...(covered < minutesOfDay ? (['day-not-covered'] as const) : []),
    ...(covered < minutes.length ? (['periods-overlap'] as const) : []),
  ]
}

function checkTiers(tiers: readonly TariffTier[]): TariffProblem['code'][] {
  const ends = tiers.map(({ upToMinute }) => upToMinute ?? Infinity)
  const isAscending = ends.every((end, index) => end > (ends[index - 1] ?? 0))
  return [
    ...(isAscending ? [] : (['tiers-not-ascending'] as const)),
    ...(ends.at(-1) === Infinity ? [] : (['last-tier-not-open'] as const)),
  ]
}
