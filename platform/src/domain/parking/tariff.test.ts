import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { dayAndNight, plainTariff } from '../testing/tariffs.ts'
import { checkTariff, periodsFor, tariffFor, Tariff, vehicleClassOf } from './tariff.ts'

const version = (number: number, validFrom: number): Tariff => ({ ...plainTariff, version: number, validFrom })

test('a car is charged by the newest version that was valid when it came in', () => {
  const tariffs = [version(1, 0), version(3, 100), version(2, 100)]
  expect([0, 99, 100, 1000].map((enteredAt) => tariffFor(tariffs, enteredAt)?.version)).toEqual([1, 1, 3, 3])
  expect(tariffFor([version(1, 100)], 99)).toBeUndefined()
})

test.each([
  ['沪A·12345', 'blue', 'small'],
  ['沪A12345', 'yellow', 'large'],
  ['沪A·12345', 'yellow', 'large'],
  ['沪AD12345', 'green', 'new-energy'],
  ['粤B12345D', 'yellow', 'new-energy'],
  ['京A1234警', 'white', 'small'],
  ['', 'unknown', 'other'],
  ['沪A1234', 'blue', 'other'],
] as const)('%s on %s is %s', (plate, colour, name) => {
  expect(vehicleClassOf(plate, colour)).toBe(name)
})

test('a class without a table of its own is charged like others, else by the first table', () => {
  const [first] = dayAndNight.classes
  expect(periodsFor(dayAndNight, 'large')).toBe(first?.periods)
  const [plain] = plainTariff.classes
  const both = {
    classes: [...dayAndNight.classes, { vehicleClasses: ['other' as const], periods: plain?.periods ?? [] }],
  }
  expect(periodsFor(both, 'large')).toBe(plain?.periods)
  expect(periodsFor({ classes: [] }, 'small')).toEqual([])
})

const open = [{ upToMinute: null, unitMinutes: 60, fenPerUnit: 100 }]
const table = (...periods: Tariff['classes'][number]['periods']) => ({ vehicleClasses: ['small' as const], periods })
const allDay = { fromMinute: 0, toMinute: 1440, tiers: open }
const tier = (upToMinute: number | null) => ({ upToMinute, unitMinutes: 60, fenPerUnit: 100 })

test('a cap of nothing is no tariff: it would make every stay free', () => {
  const capped = (cap: unknown) => Value.Check(Tariff, { ...plainTariff, cap })
  expect([null, { kind: 'rolling-24h', fen: 1 }, { kind: 'rolling-24h', fen: 0 }, undefined].map(capped)).toEqual([
    ...[true, true, false, false],
  ])
})

test('sound tariffs have no problems', () => {
  expect([checkTariff(plainTariff), checkTariff(dayAndNight)]).toEqual([[], []])
})

test.each([
  ['day-not-covered', [table({ fromMinute: 0, toMinute: 720, tiers: open })]],
  ['periods-overlap', [table(allDay, { fromMinute: 0, toMinute: 60, tiers: open })]],
  ['tiers-not-ascending', [table({ ...allDay, tiers: [tier(60), tier(60), tier(null)] })]],
  ['last-tier-not-open', [table({ ...allDay, tiers: [tier(60)] })]],
  ['class-repeated', [table(allDay), table(allDay)]],
] as const)('%s is found', (code, classes) => {
  expect(checkTariff({ classes: classes as unknown as Tariff['classes'] }).map((problem) => problem.code)).toContain(
    code,
  )
})
