import type { Random } from '../core/seeded-random.ts'
import type { Car } from './cars.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** When a car means to come and to go, UTC ms. */
export interface Trip {
  readonly arriveAt: number
  readonly leaveAt: number
}

export interface Week {
  /** Midnight, local time. */
  readonly from: number
  readonly days: number
}

/** What a car does in a week: residents sleep at home, visitors come by day, everybody comes home on Friday evening. */
export function tripsOf(car: Car, { from, days }: Week, random: Random): Trip[] {
  if (car.habit === 'resident') return residentTrips({ from, days }, random)
  const trips: Trip[] = []
  const perDay = car.habit === 'rare' ? 0.35 : 0.5
  for (let day = 0; day < days; day += 1) {
    if (!random.chance(day % 7 === 4 ? Math.min(1, perDay * 1.5) : perDay)) continue
    const arriveAt = from + day * dayMs + visitingHour(day, random)
    const leaveAt = arriveAt + stayMs(random)
    if (arriveAt > (trips.at(-1)?.leaveAt ?? 0) + 20 * minuteMs) trips.push({ arriveAt, leaveAt })
  }
  return trips
}

const visitingHour = (day: number, random: Random) =>
  day % 7 === 4 && random.chance(0.5) ? random.between(17.5, 19) * hourMs : random.between(8, 21) * hourMs

function stayMs(random: Random): number {
  if (random.chance(0.2)) return random.between(3, 32) * minuteMs
  if (random.chance(0.04)) return random.between(20, 60) * hourMs
  return random.between(30, 400) * minuteMs
}

function residentTrips({ from, days }: Week, random: Random): Trip[] {
  const trips: Trip[] = []
  let arriveAt = from + random.between(0.1, 5.5) * hourMs
  for (let day = 0; day < days; day += 1) {
    const midnight = from + day * dayMs
    const isWorkday = day % 7 < 5
    const leaveAt = midnight + (isWorkday ? random.between(6.5, 9) : random.between(8, 12)) * hourMs
    trips.push({ arriveAt, leaveAt })
    if (random.chance(isWorkday ? 0.25 : 0.7)) {
      const home = Math.max(leaveAt + 40 * minuteMs, midnight + random.between(12, 13) * hourMs)
      trips.push({ arriveAt: home, leaveAt: home + random.between(20, 90) * minuteMs })
    }
    const evening = day % 7 === 4 ? random.between(17.5, 18.7) : random.between(16.7, 21)
    arriveAt = midnight + evening * hourMs
  }
  return [...trips, { arriveAt, leaveAt: from + days * dayMs + random.between(6, 12) * hourMs }]
}
