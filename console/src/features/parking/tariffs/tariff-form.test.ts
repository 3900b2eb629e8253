import { TariffDraft } from '@gatehouse/platform/contract'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { exampleStays, feeOf, hoursText } from './preview'
import { draftOf, emptyForm, formOf, newPeriod, newTable } from './tariff-form'

const validFrom = new Date('2026-06-01T00:00').getTime()
const draft: TariffDraft = {
  name: '临时停车',
  validFrom,
  utcOffsetMinutes: 480,
  freeMinutes: 30,
  graceMinutes: 15,
  cap: { kind: 'rolling-24h', fen: 3000 },
  classes: [
    {
      vehicleClasses: ['small', 'large', 'new-energy', 'other'],
      periods: [
        {
          fromMinute: 0,
          toMinute: 1440,
          tiers: [
            { upToMinute: 60, unitMinutes: 60, fenPerUnit: 500 },
            { upToMinute: 480, unitMinutes: 60, fenPerUnit: 200 },
            { upToMinute: null, unitMinutes: 60, fenPerUnit: 100 },
          ],
        },
      ],
    },
  ],
}
const codes = (form: ReturnType<typeof emptyForm>) => draftOf(form).problems.map(({ at, code }) => `${at} ${code}`)

describe('form and tariff', () => {
  test('a tariff comes back from its form as it was, and fits the contract', () => {
    const made = draftOf(formOf(draft, validFrom))
    expect(made).toEqual({ draft, problems: [] })
    expect(Value.Check(TariffDraft, made.draft)).toBe(true)
  })

  test('day and night, and no cap, too', () => {
    const night = {
      ...draft,
      cap: null,
      classes: [
        {
          vehicleClasses: ['small' as const],
          periods: [
            { fromMinute: 420, toMinute: 1260, tiers: [{ upToMinute: null, unitMinutes: 30, fenPerUnit: 29 }] },
            { fromMinute: 1260, toMinute: 420, tiers: [{ upToMinute: null, unitMinutes: 60, fenPerUnit: 100 }] },
          ],
        },
      ],
    }
    expect(draftOf(formOf(night, validFrom))).toEqual({ draft: night, problems: [] })
  })

  test('an empty form says what is missing instead of being free of charge', () => {
    expect(codes(emptyForm(validFrom))).toEqual(['name required', 'tables.0.periods.0.tiers.0 amount'])
  })

  test('no cap is no cap, and a cap without an amount is a mistake', () => {
    const form = formOf(draft, validFrom)
    form.capYuan = ''
    expect(codes(form)).toEqual(['cap amount'])
    form.capKind = 'none'
    expect(draftOf(form).draft.cap).toBeNull()
  })

  test('finds gaps, overlaps, repeated and missing classes, and steps out of order', () => {
    const form = formOf(draft, validFrom)
    form.tables.push({ ...newTable(), vehicleClasses: ['small'] }, newTable())
    form.tables[0]?.periods.push({ ...newPeriod(), from: '08:00', to: '09:00' })
    form.tables[0]?.periods[0]?.tiers.reverse()
    const found = codes(form)
    expect(found).toContain('tables.0 periods-overlap')
    expect(found).toContain('tables.0.periods.0 tiers-not-ascending')
    expect(found).toContain('tables.1 class-repeated')
    expect(found).toContain('tables.2 no-class')
  })
})

describe('what stays cost', () => {
  const fee = (minutes: number) => feeOf(draft, { vehicleClass: 'small', startMinute: 540, minutes })

  test.each([
    [30, 0],
    [31, 500],
    [60, 500],
    [61, 700],
    [480, 1900],
    [481, 2000],
    [1439, 3000],
    [1441, 3500],
    [2880, 6000],
  ])('%d minutes cost %d fen', (minutes, fen) => {
    expect(fee(minutes)).toBe(fen)
  })

  test('examples begin and last as they say', () => {
    expect(exampleStays.map(([start, length]) => `${hoursText(start)} ${hoursText(length)}`)).toContain('18:00 14:00')
  })
})
