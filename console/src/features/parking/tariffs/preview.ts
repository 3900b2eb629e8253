import type { TariffDraft } from '@gatehouse/platform/contract'
import { stayFee, type VehicleClass } from '@gatehouse/platform/domain'

const minuteMs = 60_000

/** A stay that begins at a clock time of the day, in fen. */
export function feeOf(
  draft: TariffDraft,
  { vehicleClass, startMinute, minutes }: { vehicleClass: VehicleClass; startMinute: number; minutes: number },
): number {
  // A day in the past, at the local time of the tariff.
  const from = (startMinute - draft.utcOffsetMinutes) * minuteMs + 20_000 * 86_400_000
  const tariff = { ...draft, tariffId: 'preview', version: 1 }
  return stayFee(tariff, { vehicleClass, from, to: from + minutes * minuteMs }).fen
}

/** Stays that people ask about: `[begins at this minute of the day, lasts so many minutes]`. */
export const exampleStays: readonly (readonly [startMinute: number, minutes: number])[] = [
  [540, 20],
  [540, 31],
  [540, 60],
  [540, 120],
  [540, 240],
  [540, 480],
  [1080, 840],
  [540, 1440],
  [540, 2880],
  [1080, 7200],
]

export const curveEveryMinutes = 10
/** Lengths at which the curve is asked for, up to two days. */
export const curveMinutes: readonly number[] = Array.from({ length: 289 }, (_, index) => index * curveEveryMinutes)

/** A length of time as hours and minutes: `1:30`. */
export const hoursText = (minutes: number) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
