import type { Tariff, TariffTier } from '../parking/tariff.ts'

export const minuteMs = 60_000
export const hourMs = 3_600_000
export const dayMs = 86_400_000

const tiers: TariffTier[] = [
  { upToMinute: 60, unitMinutes: 60, fenPerUnit: 500 },
  { upToMinute: 480, unitMinutes: 60, fenPerUnit: 200 },
  { upToMinute: null, unitMinutes: 60, fenPerUnit: 100 },
]

/** 30 minutes free; first hour ¥5, then ¥2 an hour up to eight hours, then ¥1; at most ¥30 in 24 hours. */
export const plainTariff: Tariff = {
  tariffId: 'plain',
  version: 1,
  name: '临时停车',
  validFrom: 0,
  utcOffsetMinutes: 480,
  freeMinutes: 30,
  graceMinutes: 15,
  cap: { kind: 'rolling-24h', fen: 3000 },
  classes: [
    { vehicleClasses: ['small', 'large', 'new-energy', 'other'], periods: [{ fromMinute: 0, toMinute: 1440, tiers }] },
  ],
}

/** ¥3 a started half hour by day, ¥1 a started hour from 21:00 to 07:00. */
export const dayAndNight: Tariff = {
  ...plainTariff,
  tariffId: 'day-and-night',
  cap: null,
  classes: [
    {
      vehicleClasses: ['small'],
      periods: [
        { fromMinute: 420, toMinute: 1260, tiers: [{ upToMinute: null, unitMinutes: 30, fenPerUnit: 300 }] },
        { fromMinute: 1260, toMinute: 420, tiers: [{ upToMinute: null, unitMinutes: 60, fenPerUnit: 100 }] },
      ],
    },
  ],
}
