import type { AgreedTariff } from './oracle-fee.ts'

/** 30 minutes free; ¥5 for the first hour, ¥2 an hour up to the eighth, then ¥1; at most ¥30 in 24 hours. */
export const hourly: AgreedTariff = {
  ...{ freeMinutes: 30, graceMinutes: 15, utcOffsetMinutes: 480, cap: { kind: 'rolling-24h', fen: 3000 } },
  periods: [
    {
      ...{ fromMinute: 0, toMinute: 1440 },
      tiers: [
        { upToMinute: 60, unitMinutes: 60, fenPerUnit: 500 },
        { upToMinute: 480, unitMinutes: 60, fenPerUnit: 200 },
        { upToMinute: null, unitMinutes: 60, fenPerUnit: 100 },
      ],
    },
  ],
}

/** ¥3 an hour by day, ¥1 for each two hours by night; at most ¥20 on a local day. */
export const dayAndNight: AgreedTariff = {
  ...{ freeMinutes: 15, graceMinutes: 15, utcOffsetMinutes: 480, cap: { kind: 'calendar-day', fen: 2000 } },
  periods: [
    { fromMinute: 480, toMinute: 1200, tiers: [{ upToMinute: null, unitMinutes: 60, fenPerUnit: 300 }] },
    { fromMinute: 1200, toMinute: 480, tiers: [{ upToMinute: null, unitMinutes: 120, fenPerUnit: 100 }] },
  ],
}
